rule r
{
	strings:
		$a = "abc"
	condition:
		$a in ("a".."b")
}
