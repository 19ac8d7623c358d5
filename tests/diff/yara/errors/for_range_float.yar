rule r
{
	condition:
		for any i in (1.5..2) : ( true )
}
