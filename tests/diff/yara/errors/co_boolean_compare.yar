rule r
{
	condition:
		(1 < 2) == true
}
