rule r
{
	strings:
		$a = { 61 ( 62 [1] | 63 ) 64 }
	condition:
		$a
}
