rule r
{
	strings:
		$a = { 61 [1] }
	condition:
		$a
}
