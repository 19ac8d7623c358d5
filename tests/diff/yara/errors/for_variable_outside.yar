rule r
{
	condition:
		for any i in (1..2) : ( true ) and i == 1
}
