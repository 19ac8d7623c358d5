rule r
{
	strings:
		$a = "abc
		def"
	condition:
		$a
}
