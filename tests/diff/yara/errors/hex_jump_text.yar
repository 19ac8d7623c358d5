rule r
{
	strings:
		$a = { 61 [a] 62 }
	condition:
		$a
}
