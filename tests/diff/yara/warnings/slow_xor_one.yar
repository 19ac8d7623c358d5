rule r
{
	strings:
		$a = "a" xor
	condition:
		$a
}
