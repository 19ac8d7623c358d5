rule r
{
	condition:
		filesize.x == 1
}
