rule r
{
	strings:
		$a = "abc" xor xor
	condition:
		$a
}
