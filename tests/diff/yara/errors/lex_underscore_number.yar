rule r
{
	condition:
		filesize == 1_000
}
