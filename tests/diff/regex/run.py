#!/usr/bin/env python3
"""Compares our regex engine with Debian's yara, case by case.

    run.py BUILD/tests/diff_regex [CASES]

A case of the file `cases` that differs must stand in `explained` with the reason, and a
case there must differ. Matches of length 0 are left out, as yara 4.2 does.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RULE = (b'import "console" rule r { strings: $a = %s %s condition: for all i in (1..#a):'
        b' (console.log("M", @a[i]) and console.log("L", !a[i])) }\n')


def unescape(text):
    return re.sub(rb'\\(x..|\\)', lambda m: bytes([int(m[1][1:], 16)])
                  if m[1][:1] == b'x' else b'\\', text.encode())


def cases(path):
    for line in open(path, encoding='ascii'):
        if line.strip() and line[0] != '#':
            pattern, mods, data = line.rstrip('\n').split('\t')[:3]
            yield unescape(pattern), mods.encode(), unescape(data), line.rstrip('\n')


def yara(pattern, mods, data, folder):
    """What yara prints for one case, in the words of the tool; None: not ours to tell."""
    rule, file = folder + '/r.yar', folder + '/data'
    open(rule, 'wb').write(RULE % (pattern, mods))
    open(file, 'wb').write(data)
    out = subprocess.run(['yara', rule, file], capture_output=True, check=False)
    errors = out.stderr.decode('latin1')
    for line in errors.splitlines():
        if ': error: ' in line or 'error: rule' in line:
            text = line.split('): ', 1)[-1].removeprefix('error: ')
            text = re.sub(r'^invalid (regular expression|hex string) "\$a": ', '', text)
            return 'error: ' + text
    if 'error' in errors:
        return None
    numbers = re.findall(r'^([ML])(\d+)$', out.stdout.decode('latin1'), re.M)
    spans = [(int(a[1]), int(b[1])) for a, b in zip(numbers[::2], numbers[1::2])]
    return ' '.join('%d:%d' % s for s in sorted(spans) if s[1] > 0)


def ours(tool, rows):
    text = ''.join(' '.join(f.hex() or '-' for f in r[:3]) + '\n' for r in rows)
    out = subprocess.run([tool], input=text, capture_output=True, text=True, check=True)
    lines = [' '.join(w for w in line.split(' ') if not w.endswith(':0') or 'error' in line)
             for line in out.stdout.split('\n')[:-1]]
    assert len(lines) == len(rows), 'the tool lost a line'
    return lines


def explained():
    rows = {}
    for line in open(HERE + '/explained', encoding='ascii'):
        if line.strip() and line[0] != '#':
            case, why = line.rstrip('\n').rsplit('\t', 1)
            rows[case] = why
    return rows


def main():
    rows = list(cases(sys.argv[2] if len(sys.argv) > 2 else HERE + '/cases'))
    known, bad, skipped = explained(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for row, have in zip(rows, ours(sys.argv[1], rows)):
            want = yara(*row[:3], folder)
            if want is None:
                skipped += 1
            elif (have == want) == (row[3] in known):
                bad += 1
                print('%s\n  yara %s\n  ours %s%s' % (row[3], want, have,
                      '  (explained, but equal)' if have == want else ''))
    print('%d cases, %d explained, %d without an answer from yara, %d unexplained' %
          (len(rows), len(known), skipped, bad))
    return bad > 0


if __name__ == '__main__':
    sys.exit(main())
