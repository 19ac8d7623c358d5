rule r
{
	strings:
		$a = "abc" ascii ascii
	condition:
		$a
}
