import "pe"
rule r
{
	condition:
		pe.sections[0].name == 5
}
