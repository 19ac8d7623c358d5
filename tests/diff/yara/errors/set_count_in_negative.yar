rule r
{
	strings:
		$a = "abc"
	condition:
		#a in (-1..5) == 1
}
