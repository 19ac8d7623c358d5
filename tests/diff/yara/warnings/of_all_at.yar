rule r {
	strings:
		$a = "foobar"
		$b = "barfoo"
	condition:
		all of them at 0
}
