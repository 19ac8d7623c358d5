rule r
{
	condition:
		"a" contains 1
}
