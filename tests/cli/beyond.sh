# --yara-only: each thing that is accepted beyond YARA, by its own rule
. "$here/setup.inc"

echo text >f
n=0
while IFS= read -r rule; do
	n=$((n + 1))
	echo "$rule" >$n.yar
	code "$candor" yara $n.yar f
	code "$candor" yara --yara-only $n.yar f
done <<'RULES'
rule group { strings: $a = /(?:t)ext/ condition: $a }
rule flags { strings: $a = /(?i)TEXT/ condition: $a }
rule nothing { strings: $a = "text" condition: 0% of ($a) }
rule numbers { condition: all of (1, 2) }
rule fraction { meta: a = 1.5 condition: true }
rule again { condition: for all i in (1..2) : (for all i in (1..2) : (i > 0)) }
rule within { strings: $a = "text" condition: for any of ($a) : (for any of ($a) : ($)) }
rule deep { condition: for all a in (1..2) : (for all b in (1..2) : (for all c in (1..2) : (for all d in (1..2) : (for all e in (1..2) : (a + b + c + d + e > 0))))) }
rule aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa { condition: true }
RULES
