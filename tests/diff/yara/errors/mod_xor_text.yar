rule r
{
	strings:
		$a = "abc" xor("a")
	condition:
		$a
}
