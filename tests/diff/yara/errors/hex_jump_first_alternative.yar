rule r
{
	strings:
		$a = { 61 ( [1] 62 | 63 ) 64 }
	condition:
		$a
}
