rule r
{
	strings:
		$a = /ab\xgg/
	condition:
		$a
}
