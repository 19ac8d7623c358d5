rule r
{
	strings:
		$a = "abc" base64 base64
	condition:
		$a
}
