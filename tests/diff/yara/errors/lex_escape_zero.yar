rule r
{
	strings:
		$a = "a\0b"
	condition:
		$a
}
