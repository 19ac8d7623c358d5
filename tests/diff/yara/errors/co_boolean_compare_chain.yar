rule r
{
	condition:
		1 < 2 < 3 == true
}
