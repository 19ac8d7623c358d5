rule r
{
	strings:
		$a = "abc" xor nocase
	condition:
		$a
}
