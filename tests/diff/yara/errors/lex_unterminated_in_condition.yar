rule r
{
	condition:
		"abc
}
