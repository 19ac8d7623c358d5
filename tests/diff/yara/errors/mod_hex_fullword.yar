rule r
{
	strings:
		$a = { 61 62 63 } fullword
	condition:
		$a
}
