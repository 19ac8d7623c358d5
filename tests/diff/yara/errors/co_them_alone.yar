rule r
{
	condition:
		them
}
