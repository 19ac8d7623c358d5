rule r
{
	strings:
		$a = "a\x1"
	condition:
		$a
}
