import "math"
rule r
{
	condition:
		math.abs[0] == 1
}
