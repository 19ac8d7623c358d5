import "math"
rule r
{
	condition:
		math.abs(1) == "a"
}
