rule r
{
	condition:
		"foo" or false
}
