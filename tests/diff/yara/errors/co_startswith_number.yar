rule r
{
	condition:
		"a" startswith 1
}
