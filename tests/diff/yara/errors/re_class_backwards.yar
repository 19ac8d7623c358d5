rule r
{
	strings:
		$a = /[z-a]bc/
	condition:
		$a
}
