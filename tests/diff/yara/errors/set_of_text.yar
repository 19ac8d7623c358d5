rule r
{
	strings:
		$a = "abc"
	condition:
		"x" of them
}
