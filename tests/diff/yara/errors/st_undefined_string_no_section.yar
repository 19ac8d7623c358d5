rule r
{
	condition:
		$a
}
