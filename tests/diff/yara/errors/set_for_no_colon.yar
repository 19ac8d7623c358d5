rule r
{
	strings:
		$a = "abc"
	condition:
		for any of them ( $ )
}
