rule r
{
	strings:
		$a = "abc"
	condition:
		$a == "abc"
}
