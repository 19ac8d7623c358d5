rule r
{
	condition:
		filesize == "a"
}
