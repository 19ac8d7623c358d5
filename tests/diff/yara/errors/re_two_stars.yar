rule r
{
	strings:
		$a = /ab**/
	condition:
		$a
}
