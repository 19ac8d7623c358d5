rule r
{
	strings:
		$a = "abc"
	condition:
		0% of them
}
