rule r
{
	strings:
		$a = "abc" nocase xor
	condition:
		$a
}
