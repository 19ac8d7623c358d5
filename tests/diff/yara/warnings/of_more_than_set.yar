rule r {
	strings:
		$a = "foobar"
		$b = "barfoo"
	condition:
		3 of them
}
