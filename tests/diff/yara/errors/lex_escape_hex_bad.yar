rule r
{
	strings:
		$a = "a\xzz"
	condition:
		$a
}
