rule r
{
	strings:
		$a = "aa"
	condition:
		$a
}
