rule r
{
	condition:
		"abc" matches "abc"
}
