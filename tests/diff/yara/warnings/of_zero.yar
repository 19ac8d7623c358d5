rule r {
	strings:
		$a = "foobar"
	condition:
		0 of them
}
