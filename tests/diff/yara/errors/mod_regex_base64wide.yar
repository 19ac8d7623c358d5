rule r
{
	strings:
		$a = /abc/ base64wide
	condition:
		$a
}
