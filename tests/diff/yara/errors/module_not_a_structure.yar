import "math"
rule r
{
	condition:
		math.MEAN_BYTES.x == 1
}
