rule r
{
	condition:
		filesize == 1.
}
