# a rule without end: it is named, and what was found in time is kept
. "$here/setup.inc"

cat >>r.yar <<'R'
rule endless { condition: for any i in (1..2000000000) : ( uint8(i % 64) == 255 ) }
rule behind { strings: $a = "ANTIVIRUS" condition: $a }
R
bad one
code scan -q --timeout 0.2 one
scan -q --json --timeout 0.2 one | head -1
