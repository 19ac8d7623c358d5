rule r
{
	condition:
		for any i in 5 : ( true )
}
