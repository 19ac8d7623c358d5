rule r
{
	strings:
		$a = /ab{3,2}c/
	condition:
		$a
}
