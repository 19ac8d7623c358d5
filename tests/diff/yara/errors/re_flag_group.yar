rule r
{
	strings:
		$a = /(?i)abc/
	condition:
		$a
}
