rule r
{
	condition:
		()
}
