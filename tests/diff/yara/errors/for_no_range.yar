rule r
{
	condition:
		for any i in : ( true )
}
