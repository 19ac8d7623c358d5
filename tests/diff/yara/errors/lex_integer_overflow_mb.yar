rule r
{
	condition:
		filesize > 9007199254740992MB
}
