rule r
{
	condition:
		filesize = 5
}
