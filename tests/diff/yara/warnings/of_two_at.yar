rule r {
	strings:
		$a = "foobar"
		$b = "barfoo"
	condition:
		2 of them at 0
}
