rule r
{
	strings:
		$a = /ab*c*?d/
	condition:
		$a
}
