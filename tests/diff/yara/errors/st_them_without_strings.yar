rule r
{
	condition:
		any of them
}
