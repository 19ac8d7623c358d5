import "math"
rule r
{
	condition:
		math.abs("a") == 1
}
