rule r
{
	strings:
		$a = "abc" wide wide
	condition:
		$a
}
