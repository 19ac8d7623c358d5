rule r
{
	strings:
		$a = { 61 ??? 62 }
	condition:
		$a
}
