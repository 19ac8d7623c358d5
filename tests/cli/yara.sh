# The command line of YARA 4.5 where Debian's 4.2 has none of it to compare with
# (tests/diff/yara/cli has the rest): -X -q -E -M, and compiled databases.
. "$here/setup.inc"

printf 'abc ABC aaa' >f
cat >x.yar <<'R'
import "console"
rule x { strings: $x = "abc" xor $y = "wxyzz" wide ascii condition: any of them }
rule p { strings: $p = "aaa" private $r = /a{3}/ condition: $p and $r }
rule c { condition: console.log("heard") }
R
y() { code "$candor" yara "$@"; }

y -X x.yar f
y -s -X -q x.yar f
y -sLXq x.yar f
printf 'rule e { strings: $a = /a\\ic/ condition: $a }\n' >e.yar
y -E e.yar f 2>&1
y -q --fail-on-warnings -E e.yar f 2>&1

"$candor" compile x.yar -o x.cdr 2>/dev/null && y -C -q x.cdr f
y -q x.cdr f
y -C x.yar f 2>&1
printf 'import "time"\nimport "pe"\nrule d { condition: true }\n' >d.yar
y -D d.yar f | grep -v '	[A-Z]' | sed -n '1,4p;$p'
y -M | sort | sed -n '/^hash$/p;/^pe$/p'
y --version

# Of a literal that is asked for in one place that match is told; with -f one of each
# that nothing counts.
cat >k.yar <<'R'
rule fixed { strings: $a = "a" $b = "B" condition: $a at 0 and $b at 5 }
rule two { strings: $a = "a" condition: $a at 0 or $a at 9 }
rule once { strings: $a = "a" condition: $a }
rule many { strings: $a = "a" condition: #a > 1 }
rule prefix { strings: $a = /A(BC|B)/ $f = /a(a|aa)/ fullword condition: any of them }
R
y -w -s k.yar f
y -w -f -s k.yar f
printf 'include "l.yar"\n' >l.yar
y l.yar f 2>&1
mkdir -p d/sub && cp f d/sub && ln -s sub d/link && ln -s . d/sub/loop
y -w -r -i once k.yar d

# yarac, by its name too: what 4.2 has not, and what is another program's
ln -s "$candor" yarac && ln -s "$candor" yara
PATH=.:$PATH
code yarac -E e.yar e.cdr 2>&1
code yara -C e.cdr f
code yarac --fail-on-warnings -E e.yar f.cdr 2>&1; ls f.cdr 2>/dev/null
code yarac -v
code yarac e.cdr g.cdr 2>&1
code yarac x.yar /nowhere/x 2>&1
printf 'YARA\001\002\003\004' >real.yarc
code yara -C real.yarc f 2>&1
yarac --help | sed -n '1p;3,4p'

# and what yara says of too many strings
printf 'rule m { strings: $a = "abc" $b = "abd" condition: any of them }\n' >m.yar
code yara --max-strings-per-rule=1 m.yar f 2>&1
