rule r
{
	strings:
		$a = "abc"
	condition:
		-5% of them
}
