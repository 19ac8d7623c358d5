rule r
{
	strings:
		$a = { [1] 61 }
	condition:
		$a
}
