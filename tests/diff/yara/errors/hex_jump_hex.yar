rule r
{
	strings:
		$a = { 61 [0x10] 62 }
	condition:
		$a
}
