rule r
{
	condition:
		nothing
}
