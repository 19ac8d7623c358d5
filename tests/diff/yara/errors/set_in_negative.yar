rule r
{
	strings:
		$a = "abc"
	condition:
		$a in (-5..5)
}
