rule r
{
	strings:
		$a = "abc"
	condition:
		any of () or $a
}
