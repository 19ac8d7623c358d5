import "math"
rule r
{
	condition:
		math(1) == 1
}
