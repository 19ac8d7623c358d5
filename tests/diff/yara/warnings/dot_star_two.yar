rule r
{
	strings:
		$a = /foobar.*x/
		$b = /barfoo.*y/
	condition:
		$a and $b
}
