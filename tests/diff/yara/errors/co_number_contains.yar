rule r
{
	condition:
		1 contains "a"
}
