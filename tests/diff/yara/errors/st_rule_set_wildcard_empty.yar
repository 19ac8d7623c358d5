rule r
{
	condition:
		any of (nothing*)
}
