rule r
{
	condition:
		filesize == 0o1000000000000000000000
}
