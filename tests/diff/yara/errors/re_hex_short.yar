rule r
{
	strings:
		$a = /ab\x4/
	condition:
		$a
}
