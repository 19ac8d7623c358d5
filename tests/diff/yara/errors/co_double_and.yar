rule r
{
	condition:
		true && true
}
