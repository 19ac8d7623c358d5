rule r
{
	strings:
		$a = "abc" fullword base64wide
	condition:
		$a
}
