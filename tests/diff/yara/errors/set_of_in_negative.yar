rule r
{
	strings:
		$a = "abc"
	condition:
		any of them in (-5..5)
}
