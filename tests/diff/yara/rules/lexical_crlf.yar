rule lex_crlf {
	strings:
		$a = "alpha" // x
	condition:
		$a
}
