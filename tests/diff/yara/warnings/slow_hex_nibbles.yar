rule r
{
	strings:
		$a = { 6? 6? 6? }
	condition:
		$a
}
