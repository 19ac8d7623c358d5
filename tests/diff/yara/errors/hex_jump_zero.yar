rule r
{
	strings:
		$a = { 61 [0] 62 }
	condition:
		$a
}
