rule r
{
	strings:
		$a = { 61 6 }
	condition:
		$a
}
