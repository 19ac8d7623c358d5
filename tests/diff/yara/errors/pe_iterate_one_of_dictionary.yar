import "pe"
rule r
{
	condition:
		for any v in pe.version_info : ( true )
}
