rule r
{
	strings:
		$a = "\x00\x00"
	condition:
		$a
}
