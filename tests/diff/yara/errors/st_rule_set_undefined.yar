rule r
{
	condition:
		any of (nothing, nothing2)
}
