rule r
{
	condition:
		uint64(0) == 1
}
