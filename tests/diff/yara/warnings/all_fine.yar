rule r
{
	strings:
		$a = "foobar"
	condition:
		$a
}
