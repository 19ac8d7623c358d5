# messages about rules, with the place; includes
. "$here/setup.inc"

mkdir sub
echo 'rule broken { strings: $a = "abc" condition: $b }' >broken.yar
echo 'rule inner { condition: true }' >sub/inner.yar
echo 'include "inner.yar"' >sub/outer.yar
echo 'include "sub/outer.yar"' >good.yar
echo 'include "none.yar"' >missing.yar
echo 'include "self.yar"' >self.yar
code "$candor" check broken.yar
code "$candor" check good.yar
code "$candor" check missing.yar
code "$candor" check --no-includes good.yar
code "$candor" check self.yar
code "$candor" check good.yar x:good.yar
code "$candor" check /dev/null sub
cat >slow.yar <<'R'
rule short { strings: $a = "x" condition: $a }
rule open { strings: $a = { ?? ?? [0-4] ?? } condition: $a }
rule loop {
	condition:
		for any i in (0..filesize - 4) : (uint32(i) == 0x90909090)
}
rule fine {
	strings: $a = "hello world"
	condition: $a and for any i in (1..#a) : (@a[i] < 100) and filesize < 1MB
}
R
code "$candor" check slow.yar
cat >dear.yar <<'R'
import "hash"
rule all_of_it { condition: hash.md5(0, filesize) == "d41d8cd98f00b204e9800998ecf8427e" }
rule sized { condition: filesize < 1KB and hash.md5(0, filesize) == "d41d8cd98f00b204e9800998ecf8427e" }
rule head { condition: hash.sha256(0, 512) == "x" }
rule common { strings: $a = "the " condition: $a }
rule any_file { strings: $a = "hello world" condition: $a or filesize > 0 }
rule zeros { strings: $a = { 00 00 00 00 00 } condition: $a }
R
code "$candor" check dear.yar
cat >texts.yar <<'R'
rule shift { condition: 1 << -1 == 0 }
R
awk 'BEGIN { printf "import \"math\"\nrule args { condition: math.max(1"; for (i = 0; i < 128; i++) printf ", 1"; print ") == 1 }" }' >>texts.yar
code "$candor" check texts.yar | cut -c1-150
cat >often.yar <<'R'
rule common { strings: $a = "the " $b = "hello world" condition: $a or $b }
rule rare { strings: $b = "hello world" condition: $b }
rule zeros { strings: $a = { 00 00 00 00 00 } condition: $a }
R
code "$candor" check often.yar
code "$candor" check --budget 100 often.yar
code "$candor" check --budget 100000 often.yar
code "$candor" check --budget 5000000000 often.yar
code "$candor" check --budget often often.yar
code "$candor" check --budget 100 --json often.yar broken.yar missing.yar
code "$candor" check --json good.yar
code "$candor" check --json --fix good.yar
printf 'import "math"\nimport "math"\nrule m { condition: math.abs(-1) == 1 }\n' >mend.yar
code "$candor" check --budget 100 --fix mend.yar
cat >loops.yar <<'R'
import "hash"
rule far { condition: for all i in (0..100000000) : (i >= 0) }
rule near { condition: for all i in (0..1000) : (i >= 0) }
rule nested { condition: for any i in (0..filesize) : (for any j in (0..filesize) : (uint8(i) == uint8(j))) }
rule few { condition: for any i in (1..3) : (for any j in (0..filesize) : (uint8(j) == i)) }
rule bounded { condition: filesize < 10KB and for any i in (0..filesize) : (uint32(i) == 0x90909090) }
rule square { condition: filesize < 10KB and for any i in (0..filesize) : (for any j in (0..i) : (uint8(i) == 1) and for any j in (0..filesize) : (uint8(i) == uint8(j))) }
rule reads { condition: for any i in (0..2000) : (hash.md5(i * 100, 4096) == "x") }
rule unknown { strings: $a = "hello world" condition: for any i in (1..#a) : (@a[i] < 100) }
R
code "$candor" check loops.yar
code "$candor" check -q --budget 3000 loops.yar
