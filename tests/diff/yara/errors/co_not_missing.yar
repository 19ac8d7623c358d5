rule r
{
	condition:
		not
}
