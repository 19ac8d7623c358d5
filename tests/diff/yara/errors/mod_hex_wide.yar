rule r
{
	strings:
		$a = { 61 62 63 } wide
	condition:
		$a
}
