rule r
{
	condition:
		4 / 2 == 2
}
