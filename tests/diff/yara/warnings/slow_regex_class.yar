rule r
{
	strings:
		$a = /[a-z]{10}/
	condition:
		$a
}
