# what --matches, --tags and --metas add, and what filters leave
. "$here/setup.inc"

bad f
cat >q.yar <<'R'
rule one : suspect tag2 {
	meta: author = "me\nyou" n = -3 b = true
	strings: $a = "EICAR-STANDARD" $h = { 24 48 ?? 48 2A } $x = "TEST" xor(1)
	condition: any of them
}
rule two : other { strings: $a = "EICAR" condition: $a }
private rule hidden { condition: true }
R
"$candor" scan -q -r ns:q.yar --matches --tags --metas f
"$candor" scan -q -r q.yar --json --matches --metas f
code "$candor" scan -q -r q.yar --tag other f
code "$candor" scan -q -r q.yar --tag none f
code "$candor" scan -q -r q.yar --rule 'o*' f
