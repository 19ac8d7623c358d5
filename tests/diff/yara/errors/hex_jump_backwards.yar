rule r
{
	strings:
		$a = { 61 [5-2] 62 }
	condition:
		$a
}
