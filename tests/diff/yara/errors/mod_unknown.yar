rule r
{
	strings:
		$a = "abc" unicode
	condition:
		$a
}
