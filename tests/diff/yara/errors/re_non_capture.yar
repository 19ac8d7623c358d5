rule r
{
	strings:
		$a = /(?:ab)c/
	condition:
		$a
}
