rule r
{
	strings:
		$a = "abc" fullword base64
	condition:
		$a
}
