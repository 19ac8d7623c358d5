# candor check --fix: what is mended, what is left alone, and that verdicts stay
. "$here/setup.inc"

cat >a.yar <<'R'
import "math"
import "math"
rule digits { strings: $a = "1234" nocase condition: $a }
rule regex { strings: $a = /abc 12/ wide ascii condition: $a }
rule none_of { strings: $a = "absent" $b = "gone" condition: 0 of them }
rule both { strings: $a = "abc" condition: $a and math.entropy(0, filesize) > 1 }
R
cp a.yar old.yar
mkdir d && printf 'x 1234 abc 12 y' >d/one && printf 'gone' >d/two && : >d/three
"$candor" yara -w -r -p 1 -s a.yar d >before
echo '# a dry run'
code "$candor" check --fix --dry-run -q a.yar
cmp a.yar old.yar && echo untouched
echo '# in place, and the same verdicts'
code "$candor" check --fix a.yar
"$candor" yara -w -r -p 1 -s a.yar d | cmp - before && wc -l <before
code "$candor" check --fix a.yar
echo '# what did not compile'
printf '\357\273\277rule a : x y x { strings: $p = "C:\\dir" wide wide $q = "unused" condition: $p and pe.is_pe }\n' >b.yar
code "$candor" check b.yar | tail -1
code "$candor" check --fix b.yar
cat b.yar
echo '# what is left alone'
echo 'rule a { strings: $a = "\xq" condition: $a }' >c.yar
echo 'rule a { condition: b and nothing.x }' >e.yar
cp c.yar c.old && cp e.yar e.old
code "$candor" check --fix -q c.yar e.yar
cmp c.yar c.old && cmp e.yar e.old && echo untouched
echo 'rule x { condition: ext == 1 and 0 of (y*) } ' >v.yar
echo 'rule y1 { condition: false } rule v { condition: ext == 1 and 0 of (y*) } ' >v.yar
code "$candor" check --fix -d ext=1 -q v.yar && cat v.yar
code "$candor" check --dry-run a.yar
echo '# a slash in a regular expression'
cat >s.yar <<'R'
rule urls {
	strings:
		$a = /https?://a\.example/x[0-9]+/ nocase
		$b = /c:\/d/e/i ascii // see /f
	condition:
		any of them and "a/b" matches /a/b/ and true
}
R
cat >t.yar <<'R'
rule two { strings: $a = /a/b/ $b = /c/d/
	condition: any of them }
R
cp t.yar t.old
code "$candor" check --fix s.yar
cat s.yar
printf 'HTTPS://A.example/X1 C:/D/E' >u
code "$candor" yara -s s.yar u
code "$candor" check --fix t.yar
cmp t.yar t.old && echo untouched
echo '# paths, and a $ that lacks'
cat >p.yar <<'R'
rule path { strings: $a = "C:\Windows\temp\new" $b = "\Windows\temp" condition: any of them }
rule typo { strings: $typo = "abc" condition: typo }
R
cp p.yar q.yar
code "$candor" check --fix --dry-run p.yar
code "$candor" check --fix -q p.yar
printf 'C:\\Windows\\temp\\new abc' >u
code "$candor" yara -s p.yar u
echo 'rule loop { strings: $a = "abc" condition: $a and not loop }' >p.yar
code "$candor" check --fix p.yar
echo '# what other languages write'
cat >p.yar <<'R'
rule other {
	meta:
	strings:
		$a = “abc”
	condition:
		($a || filesize = 3) && !(#a > 10) && filesize < 10kb
}
rule nonsense { condition: what is this }
rule twins { strings: $a = "abc" $a = "abd" condition: $a }
R
code "$candor" check --fix p.yar
cat p.yar
