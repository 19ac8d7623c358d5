rule r
{
	condition:
		for any a in (1..2) : ( for any b in (1..2) : ( for any c in (1..2) : ( for any d in (1..2) : ( for any e in (1..2) : ( true ) ) ) ) )
}
