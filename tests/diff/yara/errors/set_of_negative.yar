rule r
{
	strings:
		$a = "abc"
	condition:
		-1 of them
}
