rule r
{
	strings:
		$a = { 6 }
	condition:
		$a
}
