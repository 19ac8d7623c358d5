rule r
{
	condition:
		"foo" and filesize > 1
}
