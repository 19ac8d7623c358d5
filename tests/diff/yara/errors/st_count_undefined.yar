rule r
{
	strings:
		$a = "abc"
	condition:
		#b == 1
}
