rule r
{
	strings:
		$a = /[é]/
	condition:
		$a
}
