rule r
{
	condition:
		1 % 0 == 1
}
