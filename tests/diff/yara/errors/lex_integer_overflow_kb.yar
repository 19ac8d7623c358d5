rule r
{
	condition:
		filesize == 9223372036854775807KB
}
