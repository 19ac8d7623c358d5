rule r
{
	condition:
		true and
}
