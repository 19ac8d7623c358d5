import "math"
rule r
{
	condition:
		math.nothing == 1
}
