rule r
{
	strings:
		$a = /a{1,2}b{1,2}?c/
	condition:
		$a
}
