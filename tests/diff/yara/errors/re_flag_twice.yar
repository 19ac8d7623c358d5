rule r
{
	strings:
		$a = /abc/ii
	condition:
		$a
}
