rule r
{
	strings:
		$a = /foobar.{1,20}x/
	condition:
		$a
}
