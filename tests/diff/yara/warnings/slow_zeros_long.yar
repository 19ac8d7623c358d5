rule r
{
	strings:
		$a = { 00 00 00 00 }
	condition:
		$a
}
