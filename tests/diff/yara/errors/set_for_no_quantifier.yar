rule r
{
	strings:
		$a = "abc"
	condition:
		for of them : ( $ )
}
