rule r
{
	condition:
		for any i in ("a".."b") : ( true )
}
