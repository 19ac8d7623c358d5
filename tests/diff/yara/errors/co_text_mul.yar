rule r
{
	condition:
		"a" * 2 == 2
}
