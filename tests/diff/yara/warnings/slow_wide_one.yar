rule r
{
	strings:
		$a = "a" wide
	condition:
		$a
}
