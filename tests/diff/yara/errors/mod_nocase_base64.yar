rule r
{
	strings:
		$a = "abc" nocase base64
	condition:
		$a
}
