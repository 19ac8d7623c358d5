rule r
{
	strings:
		$ = "abc"
	condition:
		$
}
