rule r
{
	condition:
		1 >> -1 == 0
}
