rule r
{
	condition:
		or true
}
