rule r
{
	condition:
		filesize[0] == 1
}
