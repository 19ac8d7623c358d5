rule r
{
	strings:
		$a = { 61 ( 62 [0-300] 63 | 64 ) 65 }
	condition:
		$a
}
