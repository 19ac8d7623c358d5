rule r
{
	strings:
		$a = { 616 }
	condition:
		$a
}
