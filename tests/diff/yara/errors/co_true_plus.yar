rule r
{
	condition:
		true + 1 == 2
}
