rule r
{
	strings:
		$a = "abc" private private
	condition:
		$a
}
