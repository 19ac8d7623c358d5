rule r
{
	strings:
		$a = "abc" wide ascii nocase wide
	condition:
		$a
}
