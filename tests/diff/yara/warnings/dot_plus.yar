rule r
{
	strings:
		$a = /foobar.+x/
	condition:
		$a
}
