rule r
{
	strings:
		$a = { 61 [-2] 62 }
	condition:
		$a
}
