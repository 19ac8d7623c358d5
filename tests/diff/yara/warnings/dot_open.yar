rule r
{
	strings:
		$a = /foobar.{3,}x/
	condition:
		$a
}
