#!/usr/bin/env python3
"""Compares what candor and Debian's yara know of files, as `yara -D` prints it, field by field.

    dump.py CANDOR MODULE FILE...       CANDOR: the program, build-check/bin/candor

Differences that tests/diff/explained/MODULE.yara lists do not count. Its lines are "FIELD HOW  why", FIELD a pattern of
fnmatch with [] for each index, HOW one of

    new         Debian's version has no such field
    gone        it had one, undefined
    cut         its text lacks the last byte of ours
    stops:X     it is undefined or absent there when X is, too

Prints the first difference of each file, and a summary; exit 1 when there are differences. - in place of files: names
are read from standard input. What is more than candor tells of one file is skipped, and counted.
"""
import fnmatch
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
UNDEFINED = 'YR_UNDEFINED'


def rows(module):
    path = os.path.join(HERE, 'explained', module + '.yara')
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as f:
        found = [line.split(None, 2) for line in f if line.strip() and line[0] != '#']
    if any(len(r) < 3 for r in found):
        sys.exit(f'{path}: a line without a reason')
    return [(r[0].replace('[]', '[[][]]'), r[1]) for r in found]


def fields(text):
    """{path: value} of the indented lines."""
    found, above = {}, []
    for line in text.decode('latin-1').split('\n'):
        body = line.lstrip('\t')
        name, equal, value = body.partition(' = ')
        above = above[:len(line) - len(body)] + [name]
        if equal:
            found['.'.join(above).replace('.[', '[')] = value
    return found


def dump(command, rules, path):
    run = subprocess.run(command + ['-D', rules, path], capture_output=True)
    return fields(run.stdout), b'too many facts' in run.stderr


def is_explained(how, key, want, have):
    w, h = want.get(key), have.get(key)
    if how == 'new':
        return w is None
    if how == 'gone':
        return w == UNDEFINED and h is None
    if how == 'cut':
        return w is not None and h is not None and re.sub(r'(\\x..|.)"$', '"', h) == w
    return w in (None, UNDEFINED) and want.get(how.partition(':')[2]) == UNDEFINED


def differences(want, have, explained):
    for key in sorted(k for k in set(want) | set(have) if want.get(k) != have.get(k)):
        general = re.sub(r'\[\d+\]', '[]', key)
        if not any(fnmatch.fnmatchcase(general, p) and is_explained(how, key, want, have)
                   for p, how in explained):
            yield f'{key}: yara {want.get(key)}, candor {have.get(key)}'


def main(candor, module, files):
    if files == ['-']:
        files = sys.stdin.read().splitlines()
    wrong = skipped = values = 0
    explained = rows(module)
    with tempfile.NamedTemporaryFile('w', suffix='.yar') as rule:
        # The module must be used, or it is not parsed.
        rule.write(f'import "{module}"\nrule r {{ condition: true }}\n')
        rule.flush()
        for path in files:
            want, _ = dump(['yara'], rule.name, path)
            have, cut = dump([candor, 'yara'], rule.name, path)
            if cut:
                skipped += 1
                continue
            values += len(want)
            for text in list(differences(want, have, explained))[:1]:
                wrong += 1
                print(f'{path}: {text}')
    print(f'{module}: {len(files)} files, {values} values, {wrong} files differ, {skipped} skipped')
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
