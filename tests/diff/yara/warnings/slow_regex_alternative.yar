rule r
{
	strings:
		$a = /(foo|b)/
	condition:
		$a
}
