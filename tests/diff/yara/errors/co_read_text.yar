rule r
{
	condition:
		uint8("a") == 1
}
