rule r
{
	condition:
		filesize == 0x10KB
}
