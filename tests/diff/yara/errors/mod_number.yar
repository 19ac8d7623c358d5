rule r
{
	strings:
		$a = "abc" 5
	condition:
		$a
}
