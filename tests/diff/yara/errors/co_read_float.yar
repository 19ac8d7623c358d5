rule r
{
	condition:
		uint8(1.5) == 1
}
