rule r
{
	strings:
		$a = "" nocase
	condition:
		$a
}
