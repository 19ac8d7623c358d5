//: -E
rule r {
	strings:
		$a = /foo\qbar/
	condition:
		$a
}
