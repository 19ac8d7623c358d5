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
echo '# a rule of more matches than a frame holds'
python3 -c 'print("ab" * 60000)' >many
cat >m.yar <<'R'
rule m { strings: $a = "ab" condition: #a > 50000 }
R
"$candor" scan -q -r m.yar --matches many | tail -n +2 | sort -u | wc -l
"$candor" scan -q -r m.yar --matches many | tail -1
"$candor" yara -s m.yar many | wc -l
"$candor" scan -q -r m.yar --matches --json many | python3 -c '
import json, sys
file, summary = map(json.loads, sys.stdin)
offsets = [m["offset"] for m in file["rules"][0]["matches"]]
print(len(file["rules"]), offsets == list(range(0, 120000, 2)))'
