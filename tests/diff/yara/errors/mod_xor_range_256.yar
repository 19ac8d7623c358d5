rule r
{
	strings:
		$a = "abc" xor(0-256)
	condition:
		$a
}
