rule r
{
	condition:
		* 2 == 2
}
