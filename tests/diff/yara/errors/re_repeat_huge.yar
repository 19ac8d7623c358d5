rule r
{
	strings:
		$a = /ab{1,32768}c/
	condition:
		$a
}
