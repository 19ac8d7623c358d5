rule r
{
	strings:
		$a = /(ab)\1c/
	condition:
		$a
}
