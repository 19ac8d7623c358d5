rule r
{
	condition:
		1.5 % 2 == 1
}
