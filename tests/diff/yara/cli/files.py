"""The folder in which the command lines of `cases` run: rules, files, links."""
import os

FILES = {
    't/a.txt': b'hello abc world \\ "q" \x01\xff abc\n',
    't/b.txt': b'no match here\n',
    't/big': b'x' * 3000,
    't/empty': b'',
    't/sub/c.txt': b'abc in sub',
    't/two words': b'a\nb',
    'list': b't/a.txt\nt/b.txt\nt/nothere\nt/sub/c.txt\n',
    'none.yar': b'\n',
    'r.yar': b'''import "console"
rule one : tag1 tag2 {
	meta: a = "str \\"q\\" \\\\ \\t\\n\\x01\xc3\xa9" b = 5 c = true d = false e = -3
	strings: $a = "abc" $h = { 61 62 ?? } $re = /w[a-z]+d/ $w = "abc" wide ascii
	condition: any of them
}
private rule two { strings: $b = "hello" condition: $b }
global rule three : tag2 { condition: filesize < 2000 }
rule four { strings: $s = "abc" private condition: two and $s }
rule five { condition: false }
rule six { strings: $ = "abc" $ = "world" condition: any of them }
rule seven {
	condition:
		console.log("x") and console.hex("h", 255) and console.log(1.5) and
		console.log("i ", -3) and filesize > 2
}
''',
    'x.yar': b'''rule x {
	strings: $x = "abc" xor $y = "abc" xor(0-255) wide
	condition: any of them
}
''',
    'warn.yar': b'rule w { strings: $a = /a.*b/ $b = "x" condition: $a or $b or true }\n',
    'err.yar': b'rule e {\n condition:\n  foo\n}\nrule ok { condition: true }\n',
    'err2.yar': b'rule e2 {\n condition:\n  bar and\n}\n',
    'inc.yar': b'include "sub/i.yar"\nrule m { condition: i }\n',
    'sub/i.yar': b'rule i { condition: true }\ninclude "j.yar"\n',
    'sub/j.yar': b'rule j { condition: true }\n',
    'ext.yar': b'''rule x1 { condition: ei == 5 }
rule x2 { condition: ef > 1.4 }
rule x3 { condition: es contains "b" }
rule x4 { condition: eb }
''',
    'say.yar': b'import "console"\nrule s { condition: console.log(">", ext) }\n',
    'log.yar': b'''import "console"
rule l1 { condition: console.log("first") and false }
private rule l2 { condition: console.log("second") }
rule l3 { strings: $a = "abc" condition: $a and console.log("third ", #a) }
rule l4 { condition: l2 and console.hex(255) and console.log(filesize) }
''',
    'mod.yar': b'import "math"\nimport "hash"\nimport "time"\n'
               b'rule m { condition: math.min(1, 2) == 1 }\n',
}
LINKS = {'t/link': 'sub', 't/lnk.txt': 'a.txt', 't/dead': 'nowhere'}


def write(folder):
    for name, data in FILES.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)
    for name, to in LINKS.items():
        os.symlink(to, os.path.join(folder, name))
