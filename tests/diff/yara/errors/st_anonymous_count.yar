rule r
{
	strings:
		$ = "abc"
	condition:
		# > 1
}
