rule r
{
	strings:
		$a = "abc"
	condition:
		$a in (10..5)
}
