rule r
{
	strings:
		$a = "abc"
	condition:
		101% of them
}
