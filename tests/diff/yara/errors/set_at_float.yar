rule r
{
	strings:
		$a = "abc"
	condition:
		$a at 1.5
}
