rule r
{
	strings:
		$a = "abc" xor base64wide
	condition:
		$a
}
