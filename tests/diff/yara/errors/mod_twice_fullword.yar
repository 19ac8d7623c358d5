rule r
{
	strings:
		$a = "abc" fullword fullword
	condition:
		$a
}
