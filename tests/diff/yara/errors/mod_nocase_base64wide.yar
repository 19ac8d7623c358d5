rule r
{
	strings:
		$a = "abc" nocase base64wide
	condition:
		$a
}
