rule r
{
	condition:
		2 of
}
