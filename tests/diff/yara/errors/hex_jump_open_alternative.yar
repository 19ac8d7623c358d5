rule r
{
	strings:
		$a = { 61 ( 62 [-] 63 | 64 ) 65 }
	condition:
		$a
}
