rule r
{
	strings:
		$a = "abc" xor(1-5) nocase
	condition:
		$a
}
