rule r
{
	condition:
		1 and filesize > 1
}
