rule r
{
	strings:
		$a = /a{99999999999}/
	condition:
		$a
}
