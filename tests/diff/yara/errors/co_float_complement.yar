rule r
{
	condition:
		~1.5 == 1
}
