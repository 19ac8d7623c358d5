rule r
{
	condition:
		1 +
}
