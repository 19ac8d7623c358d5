rule r
{
	condition:
		uint8(1, 2) == 1
}
