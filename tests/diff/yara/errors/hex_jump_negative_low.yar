rule r
{
	strings:
		$a = { 61 [-1-2] 62 }
	condition:
		$a
}
