rule r
{
	strings:
		$ = "abc"
	condition:
		$ at 5
}
