rule r
{
	strings:
		$a = /ab[cd/
	condition:
		$a
}
