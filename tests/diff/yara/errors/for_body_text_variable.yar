rule r
{
	condition:
		for any i in ("a", "b") : ( i + 1 == 2 )
}
