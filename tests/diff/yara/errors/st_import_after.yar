rule r { condition: math.abs(1) == 1 }
import "math"
