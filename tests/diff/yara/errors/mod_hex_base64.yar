rule r
{
	strings:
		$a = { 61 62 63 } base64
	condition:
		$a
}
