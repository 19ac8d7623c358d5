rule r
{
	strings:
		$a = "abc" base64(5)
	condition:
		$a
}
