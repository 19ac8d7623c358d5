rule r
{
	condition:
		true)
}
