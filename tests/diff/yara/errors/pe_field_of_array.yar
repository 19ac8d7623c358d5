import "pe"
rule r
{
	condition:
		pe.sections.name == "a"
}
