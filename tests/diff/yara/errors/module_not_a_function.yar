import "math"
rule r
{
	condition:
		math.MEAN_BYTES(1) == 1
}
