rule r
{
	strings:
		$a = // nothing
	condition:
		$a
}
