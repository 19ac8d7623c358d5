rule r
{
	strings:
		$a = "abc" nocase nocase
	condition:
		$a
}
