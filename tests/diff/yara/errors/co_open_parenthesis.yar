rule r
{
	condition:
		(true
}
