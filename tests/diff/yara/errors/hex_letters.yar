rule r
{
	strings:
		$a = { 61 zz }
	condition:
		$a
}
