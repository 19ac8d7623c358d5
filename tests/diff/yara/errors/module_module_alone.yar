import "math"
rule r
{
	condition:
		math
}
