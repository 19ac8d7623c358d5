# slow: a condition beyond what code can hold is an error, at its rule
. "$here/setup.inc"

awk 'BEGIN { printf "rule huge { condition: filesize == 0 "; for (i = 0; i < 1200000; i++) printf "or uint8(%d) == %d\n", i, i % 255; print "}" }' >huge.yar
code "$candor" check huge.yar | cut -c1-100
