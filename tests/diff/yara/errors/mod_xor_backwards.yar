rule r
{
	strings:
		$a = "abc" xor(5-1)
	condition:
		$a
}
