rule r
{
	condition:
		"abc" matches /a(/
}
