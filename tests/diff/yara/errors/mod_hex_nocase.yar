rule r
{
	strings:
		$a = { 61 62 63 } nocase
	condition:
		$a
}
