#!/usr/bin/env python3
"""classes.py CANDOR - what is harmless is never called code, and what is code never harmless.

Each row plants one difference into a package or a file and names the classes it may be of.
"""
import gzip
import os
import pathlib
import shutil
import subprocess

from rig import CANDOR, ROOT, ar, check, compare, deb, finish, found, gz, member, place, tar

CONTROL = {'control': b'Package: x\nVersion: 1\n',
           'postinst': (b'#!/bin/sh\nset -e\nldconfig\n', {'mode': 0o755})}
DATA = {'usr/bin/run': (b'#!/usr/bin/python3\nprint("hello")\n', {'mode': 0o755}),
        'usr/share/doc/x/readme': b'Built on 2026-11-29 in /build/x-1/src/main.c\nRead this.\n',
        'usr/share/x/data.bin': bytes(range(256)) * 8, 'usr/lib/x/mod.py': b'# by make\nLIMIT = 10\n',
        'usr/share/x/script': b'print 1\nprint 2\n'}


def change(where, name, *edits, **more):
    """(control, data) with the edits made in one of them."""
    trees = [dict(CONTROL), dict(DATA)]
    for old, new in edits:
        have = trees[where].get(name, b'')
        data, how = have if isinstance(have, tuple) else (have, {})
        assert old in data, (name, old)
        trees[where][name] = data.replace(old, new), {**how, **more}
    if not edits:
        have = trees[where].get(name, b'')
        data, how = have if isinstance(have, tuple) else (have, {})
        trees[where][name] = data, {**how, **more}
    return trees


def reordered():
    return [dict(reversed(CONTROL.items())), dict(reversed(DATA.items()))]


def without(where, name):
    trees = [dict(CONTROL), dict(DATA)]
    del trees[where][name]
    return trees


def plus(where, name, data, **how):
    trees = [dict(CONTROL), dict(DATA)]
    trees[where][name] = data, how
    return trees


# name, the second package, its classes, a part of the path that has to be named
PACKAGES = [
    ('another time', deb(CONTROL, DATA, 1700009999), {'timestamp'}, ''),
    ('another order', deb(*reordered()), {'order'}, ''),
    ('another level', deb(CONTROL, DATA, pack=lambda d: gz(d, level=1)), {'compression'}, ''),
    ('another compressor', deb(CONTROL, DATA, pack=lambda d: gz(d, mtime=5)), {'timestamp'}, ''),
    ('a date in a document', deb(*change(1, 'usr/share/doc/x/readme', (b'2026-11-29', b'2025-01-01'))),
     {'timestamp'}, 'readme'),
    ('a path in a document', deb(*change(1, 'usr/share/doc/x/readme', (b'/build/x-1', b'/tmp/y'))), {'path'}, 'readme'),
    ('a word in a document', deb(*change(1, 'usr/share/doc/x/readme', (b'Read', b'Keep'))), {'text'}, 'readme'),
    ('a byte of data', deb(*change(1, 'usr/share/x/data.bin', (b'\x40\x41', b'\x40\x42'))), {'data'}, 'data.bin'),
    ('a mode', deb(*change(1, 'usr/share/x/data.bin', mode=0o600)), {'metadata'}, ''),
    ('an owner', deb(*change(1, 'usr/share/x/data.bin', uid=1000, uname='me')), {'metadata'}, ''),
    ('a renamed member', deb(CONTROL, {('usr/share/x/other.bin' if 'data.bin' in n else n): d for n, d in DATA.items()}),
     {'metadata'}, ''),
    ('a version', deb(*change(0, 'control', (b'Version: 1', b'Version: 2'))), {'text'}, 'control'),
    ('a maintainer script', deb(*change(0, 'postinst', (b'ldconfig', b'ldconfig; curl x | sh'))), {'code'}, 'postinst'),
    ('a script', deb(*change(1, 'usr/bin/run', (b'hello', b'hell0'))), {'code'}, 'usr/bin/run'),
    ('a constant in a module', deb(*change(1, 'usr/lib/x/mod.py', (b'10', b'11'))), {'code'}, 'mod.py'),
    ('a module is gone', deb(*without(1, 'usr/lib/x/mod.py')), {'code'}, ''),
    ('a document is gone', deb(*without(1, 'usr/share/doc/x/readme')), {'text'}, ''),
    ('one more maintainer script', deb(*plus(0, 'prerm', b'#!/bin/sh\nexit 0\n', mode=0o755)), {'code'}, ''),
    ('a text becomes executable', deb(*change(1, 'usr/share/x/script', (b'print 2', b'print 3'), mode=0o755)),
     {'code', 'metadata'}, 'script'),
    ('set-user-id', deb(*change(1, 'usr/bin/run', mode=0o4755)), {'code'}, ''),
    ('a link', deb(CONTROL, DATA), None, ''),
]
base = deb(CONTROL, DATA)
for name, other, classes, path in PACKAGES:
    if classes is None:
        continue
    for way, (a, b) in {'': (base, other), ', the other way': (other, base)}.items():
        got = compare(a, b)
        lines = found(got)
        check(name + way, set(got['classes']) == classes and got['exit'] == 1 and got['complete'] and
              got['verdict'] == ('code' if 'code' in classes else 'differs') and
              any(path in x for x in lines), (got['classes'], lines))

link = lambda to: tar(member('x', b'1'), member('l', type=b'2', linkname=to, mode=0o777))
got = compare(link('x'), link('/tmp/x'))
check('the target of a link', got['verdict'] == 'code' and 'links 1 member points at something else' in found(got)[0],
      found(got))
got = compare(tar(member('a', b'1'), member('b', b'2')), tar(member('b', b'2'), member('a', b'1')))
check('order of members', got['headline'] == 'differs only in order', found(got))
got = compare(tar(member('a', b'1')), tar(member('a', b'1')) + b'\0' * 10240)
check('fill behind a tar', got['verdict'] == 'differs' and 'code' not in got['classes'], found(got))
got = compare(tar(member('a', b'1')), tar(member('a', b'1')) + b'hidden')
check('something behind a tar', 'data' in got['classes'], found(got))
got = compare(gz(b'x' * 1000, 0), gz(b'x' * 1000, 0) + b'PAYLOAD')
check('something behind a gzip', 'data' in got['classes'], found(got))
got = compare(gz(b'x' * 1000, 1700000000), gz(b'x' * 1000, 1700000001))
check('the time in a gzip', got['headline'] == 'differs only in timestamp', found(got))

# names: what is paired, and how
text = b''.join(b'line %d\n' % i for i in range(400))
got = compare(tar(member('lib-1.2.3/notes', text)), tar(member('lib-1.2.4/notes', text + b'more\n')))
check('a version in a folder is a rename', any('=>lib-1.2.4' in x for x in found(got)), found(got))
got = compare(tar(member('old/name', text)), tar(member('new/place', text.replace(b'line 7\n', b'line seven\n'))))
check('similar content is a rename', any('old/name=>new/place' in x for x in found(got)), found(got))
got = compare(tar(member('one', b'1'), member('two', b'first')), tar(member('one', b'1'), member('six', b'other text')))
check('different content is none', [x.split()[0] for x in found(got)] == ['only_a', 'only_b'], found(got))
same = bytes(range(256)) * 100
a = tar(*(member(f'dup{i}/f', same) for i in range(3)))
got = compare(a, tar(*(member(f'dup{i}/f', same + b'x') for i in range(3))))
check('the same pair again is told by its name', sum('byte for byte' in x for x in found(got)) == 2, found(got))

# files that are looked at alone
PAIRS = [
    ('python source by its name', b'x = 1\n', b'x = 2\n', '.py', {'code'}),
    ('the same without a name', b'x = 1\n', b'x = 2\n', '', {'text'}),
    ('a shebang', b'#!/bin/sh\nx=1\n', b'#!/bin/sh\nx=2\n', '', {'code'}),
    ('a comment with a date', b'#!/bin/sh\n# 2026-11-29\n', b'#!/bin/sh\n# 2026-11-30\n', '', {'timestamp'}),
    ('a date in quotes', b'#!/bin/sh\n[ "$d" \\> "2026-01-01" ]\n', b'#!/bin/sh\n[ "$d" \\> "2030-01-01" ]\n', '', {'code'}),
    ('a date that is defined', b'#define D "2026-11-29"\n', b'#define D "2026-11-30"\n', '.h', {'code'}),
    ('a path in quotes', b'#!/bin/sh\nexec "/build/abc/x"\n', b'#!/bin/sh\nexec "/build/def/x"\n', '', {'code'}),
    ('a path in a comment', b'#!/bin/sh\n# /build/abc/x\n', b'#!/bin/sh\n# /build/def/x\n', '', {'path'}),
    ('a manifest that starts another class', b'Manifest-Version: 1.0\nMain-Class: a.B\n',
     b'Manifest-Version: 1.0\nMain-Class: a.C\n', '.MF', {'code'}),
    ('a picture with a script', b'<svg><script>a</script></svg>\n', b'<svg><script>b</script></svg>\n', '.svg', {'code'}),
    ('a date that decides', b'#!/bin/sh\ntest $now -gt 20261129\n', b'#!/bin/sh\ntest $now -gt 20251129\n', '', {'code'}),
    ('html with a script', b'<p>x</p><script>a()</script>\n', b'<p>x</p><script>b()</script>\n', '', {'code'}),
    ('html without', b'<p>x</p>\n', b'<p>y</p>\n', '.html', {'text'}),
    ('java class', b'\xca\xfe\xba\xbe\0\0\0\x37' + b'a' * 50, b'\xca\xfe\xba\xbe\0\0\0\x37' + b'b' * 50, '', {'code'}),
    ('python bytecode, its time', b'\xa7\r\r\n\0\0\0\0' + b'\1\2\3\4' + b'\5\0\0\0' + b'c' * 40,
     b'\xa7\r\r\n\0\0\0\0' + b'\1\2\3\5' + b'\5\0\0\0' + b'c' * 40, '.pyc', {'timestamp'}),
    ('python bytecode, its code', b'\xa7\r\r\n\0\0\0\0' + b'\1\2\3\4' + b'\5\0\0\0' + b'c' * 40,
     b'\xa7\r\r\n\0\0\0\0' + b'\1\2\3\4' + b'\5\0\0\0' + b'd' * 40, '.pyc', {'code'}),
    ('a script from nothing', b'', b'#!/bin/sh\n', '', {'code'}),
    ('a text becomes a program', b'text\n', b'\x7fELF\2\1\1' + b'\0' * 60, '', {'code'}),
    ('nothing becomes something', b'', b'text\n', '', {'text'}),
    ('data with a date', b'\0\1\2built 2026-11-29\0\xff\xfe', b'\0\1\2built 2026-11-30\0\xff\xfe', '', {'timestamp'}),
    ('data with something put in', os.urandom(5000) + b'A' * 3000, None, '', {'data'}),
]
for name, a, b, suffix, classes in PAIRS:
    if b is None:
        b = a[:2500] + b'put in here' + a[2500:]
    got = compare(a, b, suffix=suffix)
    check(name, set(got['classes']) == classes, (got['classes'], found(got)))
    if name == 'data with something put in':
        check('and only that is told', any('11 bytes differ, in 1 place' in x for x in found(got)), found(got))

# one table of names: for operands, in folders, and in archives
NAMES = {'Makefile': 'code', 'CMakeLists.txt': 'code', 'package.json': 'code', 'crontab': 'code', 'sudoers': 'code',
         'entry_points.txt': 'code', '.github/workflows/ci.yml': 'code', 'etc/cron.d/x': 'code', 'Cargo.toml': 'code',
         'pom.xml': 'code', 'BUILD.bazel': 'code', 'readme': 'text', 'notes.txt': 'text'}
for name, cls in NAMES.items():
    for i, side in enumerate(('na', 'nb')):
        path = ROOT / side / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'one %d\n' % i)
    got = compare(ROOT / 'na' / name, ROOT / 'nb' / name)
    check(f'{name}, an operand', set(got['classes']) == {cls}, found(got))
    got = compare(tar(member(name, b'one 0\n')), tar(member(name, b'one 1\n')))
    check(f'{name}, a member', set(got['classes']) == {cls}, found(got))
got = compare(ROOT / 'na', ROOT / 'nb')
check('names in a folder', got['classes'] == {c: sum(v == c for v in NAMES.values()) for c in ('text', 'code')}, found(got))

# folders
for side, word in ('fa', 'one'), ('fb', 'two'):
    d = ROOT / side
    (d / 'sub').mkdir(parents=True)
    (d / 'same').write_bytes(b'same')
    (d / 'sub/t').write_text(word + '\n')
    (d / 'p').write_text(f'#!/bin/sh\necho {word}\n')
    os.symlink(word, d / 'l')
    (d / f'only-{word}').write_text(f'the {word} here\n')
    os.mkfifo(d / 'fifo')
    os.chmod(d / 'sub/t', 0o644 if side == 'fa' else 0o640)
got = compare(ROOT / 'fa', ROOT / 'fb')
check('folders', found(got) == [
    'l code the link points at something else', 'only_a text only-one only the first has it',
    'only_b text only-two only the second has it', 'p code line 2 1 line removed, 1 added',
    'sub/t metadata it has other permissions', 'sub/t text line 1 1 line removed, 1 added'], found(got))

def folders(a, b, *options):
    """Two folders of {path: bytes or (bytes, mode)}; what differs, and their paths."""
    global turn
    turn += 1
    roots = [ROOT / f'r{turn}{side}' for side in 'ab']
    for root, files in zip(roots, (a, b)):
        for name, data in files.items():
            data, mode = data if isinstance(data, tuple) else (data, 0o644)
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(mode)
        root.mkdir(exist_ok=True)
    return compare(*roots, *options), roots


turn = 0
changed = text.replace(b'line 7\n', b'line seven\n')
RENAMES = [
    # name, two folders, what is found
    ('a rename', {'old.txt': text, 'x': b'x'}, {'new.txt': text, 'x': b'x'},
     ['metadata names 1 file was renamed, with the same content']),
    ('copies are renamed in order', {f'a{c}': b'same' for c in 'xyz'}, {f'{c}b': b'same' for c in 'xyz'},
     ['metadata names 3 files were renamed, with the same content']),
    ('a rename and a change', {'old.txt': text}, {'new.txt': changed},
     ['old.txt=>new.txt text line 8 1 line removed, 1 added']),
    ('a version in a name', {'x-1.2': b'a\n'}, {'x-1.3': b'b\n'}, ['x-1.2=>x-1.3 text line 1 1 line removed, 1 added']),
    ('a rename and permissions', {'old': text}, {'new': (text, 0o600)},
     ['old=>new metadata it has other permissions', 'metadata names 1 file was renamed, with the same content']),
    ('a rename into what cron runs', {'doc/readme': text, 'etc/cron.d/x': b'1'}, {'etc/cron.d/readme': text, 'doc/y': b'2',
                                                                                'etc/cron.d/x': b'1'},
     ['only_b text doc/y only the second has it',
      'code names 1 file was renamed, with the same content: the name says what runs it']),
    ('a module under another name', {'lib/os.py': text}, {'lib/re.py': text},
     ['code names 1 file was renamed, with the same content: the name says what runs it']),
    ('a module of another version', {'x1/os.py': text}, {'x2/os.py': text},
     ['only_a metadata x1 only the first has it', 'only_b metadata x2 only the second has it',
      'metadata names 1 file was renamed, with the same content']),
    ('nothing alike', {'old': b'1 one\n'}, {'new': b'two\n'},
     ['only_b text new only the second has it', 'only_a text old only the first has it']),
    ('an empty file is nobody', {'old': b''}, {'new': b''},
     ['only_b code new only the second has it', 'only_a code old only the first has it']),
]
for name, a, b, want in RENAMES:
    got, _ = folders(a, b)
    check(f'folders: {name}', found(got) == want and got['exit'] == 1 and got['complete'], (found(got), want))
got, roots = folders({'old.txt': text, '<b>1': changed}, {'sub/new.txt': changed + b'more\n', '<b>2': changed})
run = subprocess.run([CANDOR, 'compare', '-d', *roots], capture_output=True, text=True)
check('folders: a rename as text', 'old.txt => sub/new.txt' in run.stdout and '- <b>1' in run.stdout and
      '+ <b>2' in run.stdout, run.stdout)
page = ROOT / 'renamed.html'
run = subprocess.run([CANDOR, 'compare', '-q', '--html', page, *roots], capture_output=True)
html = page.read_text()
check('folders: a rename as html', 'old.txt =&gt; sub/new.txt' in html and '&lt;b&gt;<mark>1' in html, html[-3000:])
begun = [s for s in got['statements'] if s['kind'] == 'begin' and s.get('name_b')]
check('folders: a rename as json', [(s['name'], s['name_b']) for s in begun] == [('old.txt', 'sub/new.txt')] and
      set(got['classes']) == {'metadata', 'text'}, got)
got, _ = folders({f'o{c}{d}': bytes([c, d]) * 40 for c in range(65, 91) for d in range(65, 91)},
                 {f'n{c}{d}': bytes([c, d]) * 40 for c in range(65, 91) for d in range(65, 91)}, '-n', '10')
names = [s for s in got['statements'] if s['kind'] == 'found']
check('folders: many renames are one statement', len(names) == 1 and '676 files were renamed' in names[0]['what'] and
      len(names[0]['lines']) == 10 and names[0]['left_out'] == 1342, names)
got = compare(tar(member('doc/readme', text)), tar(member('etc/cron.d/readme', text)))
check('a member that cron runs under its new name', found(got) == [
    'code names 1 member was renamed, with the same content: the name says what runs it'], found(got))
got = compare(tar(member('doc/readme', text)), tar(member('docs/readme', text)))
check('a member that was renamed', found(got) == ['metadata names 1 member was renamed, with the same content'], found(got))
got = compare(ROOT / 'fa', ROOT / 'fa')
check('a folder and itself', got['verdict'] == 'identical' and got['exit'] == 0, found(got))
got = compare(place(b'x'), ROOT / 'fa')
check('a file and a folder', got['exit'] == 2 and 'is a folder' in got['verdict'], got)

# programs: the functions are objdiff's; here that they are reached, inside of a package
if shutil.which('cc'):
    def program(body):
        src = place(f'#include <stdio.h>\nint check(int x) {{ {body} }}\n'
                    'int main(int c, char **v) { (void)v; printf("%d\\n", check(c)); return 0; }\n'.encode(), '.c')
        out = src.with_suffix('')
        subprocess.run(['cc', '-O1', '-o', out, src], check=True)
        return out.read_bytes()
    one, two = program('return x == 7;'), program('return x != 7;')
    got = compare(deb(CONTROL, {'usr/bin/x': (one, {'mode': 0o755})}), deb(CONTROL, {'usr/bin/x': (two, {'mode': 0o755})}))
    check('a swapped branch, at its function', got['verdict'] == 'code' and
          any('usr/bin/x' in x and 'check' in x for x in found(got)), found(got))

# the text report: the verdict first, one page, and all of it when asked
run = subprocess.run([CANDOR, 'compare', place(base), place(deb(*change(0, 'postinst', (b'-e', b'+e'))))],
                     capture_output=True, text=True)
check('text: the verdict is the first line', run.stdout.splitlines()[0] == 'code differs', run.stdout)
check('text: one page', len(run.stdout.splitlines()) < 40 and 'postinst' in run.stdout, run.stdout)
run = subprocess.run([CANDOR, 'compare', '-d', place(base), place(deb(*change(0, 'postinst', (b'-e', b'+e'))))],
                     capture_output=True, text=True)
check('text: the lines when asked', '+      2  set +e' in run.stdout, run.stdout)
run = subprocess.run([CANDOR, 'compare', '-q', place(b'1'), place(b'2')], capture_output=True)
check('quiet', run.returncode == 1 and not run.stdout and not run.stderr, run)
page = ROOT / 'page.html'
run = subprocess.run([CANDOR, 'compare', '-q', '--html', page, place(b'<b>1\n'), place(b'<b>2\n')], capture_output=True)
text = page.read_text()
check('html: one file, no script', text.startswith('<!doctype html>') and '<script' not in text and
      '&lt;b&gt;' in text and 'src=' not in text and 'href=' not in text, text[-500:])
one = place(b'1')
run = subprocess.run([CANDOR, 'compare', '--html', one, one, place(b'2')], capture_output=True, text=True)
check('html: not over an operand', run.returncode == 2 and 'write over it' in run.stderr and one.read_bytes() == b'1', run)
os.link(one, ROOT / 'linked')
run = subprocess.run([CANDOR, 'compare', '--html', ROOT / 'linked', place(b'2'), one], capture_output=True, text=True)
check('html: not by another name', run.returncode == 2 and one.read_bytes() == b'1', run)
for option in '--lines', '--keep':
    run = subprocess.run([CANDOR, 'compare', option, '0', place(b'1'), place(b'2')], capture_output=True, text=True)
    check(f'{option} 0', run.returncode == 3 and option in run.stderr, run)
run = subprocess.run([CANDOR, 'compare', '--memory', '1M', place(b'1'), place(b'2')], capture_output=True, text=True)
check('too little memory says so', run.returncode == 2 and '--memory' in run.stdout, run)
block = b''.join(b'line %d of the block\n' % i for i in range(30))
rest = b''.join(b'%d\n' % i for i in range(100))
run = subprocess.run([CANDOR, 'compare', place(block + rest), place(rest + block)], capture_output=True, text=True)
check('text: a moved block is named', '30 lines moved to line 101' in run.stdout and
      '30 lines moved here from line 1' in run.stdout, run.stdout)
got = compare(b'a\nb', b'a\nb\n')
check('no newline at the end is told', any('no newline at the end of the first' in x['text']
                                           for x in got['statements'][1]['lines']), got['statements'])
four = b''.join(b'a\n' + b'%d\n' % i * 9 for i in range(4))
run = subprocess.run([CANDOR, 'compare', place(four), place(four.replace(b'a', b'b'))], capture_output=True, text=True)
check('text: four places are all shown', run.stdout.count('1 line removed') == 4 and 'more' not in run.stdout, run.stdout)
run = subprocess.run([CANDOR, 'compare', place(b'1')], capture_output=True, text=True)
check('one operand', run.returncode == 3 and 'two files' in run.stderr, run.stderr)
run = subprocess.run([CANDOR, 'compare', place(b'1'), '/nonexistent'], capture_output=True, text=True)
check('a file that is not there', run.returncode == 2 and "cannot open '/nonexistent'" in run.stderr, run.stderr)
run = subprocess.run([CANDOR, 'compare', place(b'1'), '/dev/null'], capture_output=True, text=True)
check('a device', run.returncode == 2 and 'not a regular file' in run.stderr, run.stderr)
finish()
