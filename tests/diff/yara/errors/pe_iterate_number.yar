import "pe"
rule r
{
	condition:
		for any i in pe.machine : ( true )
}
