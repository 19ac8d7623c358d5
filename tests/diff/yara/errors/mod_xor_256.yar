rule r
{
	strings:
		$a = "abc" xor(256)
	condition:
		$a
}
