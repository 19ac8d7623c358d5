rule r
{
	strings:
		$a = /ab{2}{3}c/
	condition:
		$a
}
