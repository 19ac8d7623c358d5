rule r
{
	strings:
		$a = "a\qb"
	condition:
		$a
}
