rule r
{
	condition:
		5 matches /5/
}
