rule r
{
	strings:
		$a = { 61 62 63 } ascii
	condition:
		$a
}
