rule r
{
	condition:
		for any in (1..2) : ( true )
}
