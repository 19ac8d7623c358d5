rule r
{
	strings:
		$a = "a"
		$b = "b"
		$c = "fine"
	condition:
		any of them
}
