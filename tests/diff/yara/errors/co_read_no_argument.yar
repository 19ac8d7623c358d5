rule r
{
	condition:
		uint8() == 1
}
