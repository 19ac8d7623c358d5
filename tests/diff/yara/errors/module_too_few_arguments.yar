import "math"
rule r
{
	condition:
		math.max(1) == 1
}
