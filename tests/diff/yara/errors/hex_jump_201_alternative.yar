rule r
{
	strings:
		$a = { 61 ( 62 [201] 63 | 64 ) 65 }
	condition:
		$a
}
