rule r
{
	strings:
		$a = { "61" }
	condition:
		$a
}
