rule r
{
	strings:
		$a = "abcdef"
	condition:
		all of them
		filesize < 30KB
}
