rule r
{
	condition:
		filesize == 0x8000000000000000
}
