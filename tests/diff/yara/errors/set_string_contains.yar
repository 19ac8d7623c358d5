rule r
{
	strings:
		$a = "abc"
	condition:
		$a contains "b"
}
