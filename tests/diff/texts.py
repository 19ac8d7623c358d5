#!/usr/bin/env python3
"""The messages of tests/golden/rules/errors.txt beside those of Debian's yara.

    tests/diff/texts.py

yara 4.2.3 says only "syntax error" where 4.5 goes on, so what follows that is not compared.
NEW are the texts that came with 4.3 to 4.5, and MEANT sources that are taken or refused on
purpose. Ends in "N passed, N failed, N skipped"; exit 1 when something failed.
"""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, 'tests', 'golden', 'rules')
VARS = ['-d', 'ext_i=3', '-d', 'ext_s=abc']

NEW = (
    'invalid value in condition', 'expression always false', 'consider using "none"',
    'yields one value on each iteration', 'enumerations must be all the same type',
    'multiple strings at an offset', 'integer overflow in "-9223372036854775808 \\ -1"',
)
MEANT = (
    'condition: all of them at',        # new in 4.3
    'in ("a"', 'in ("a", "b")',         # loops over strings: new in 4.3
    '$_a = "abcd" condition: true',     # need not be used: new in 4.5
    'condition: a of them',             # a rule as a number: YARA takes what it points to
    '{ 41 // x } \n condition',         # a comment that swallows the brace
    'include "inc/cut.yar"',            # 4.5 leaves a broken included file
)


def messages(text):
    lines = []
    for line in text.split('\n'):
        if re.search(r'\b(error|warning): ', line) and 'error scanning' not in line:
            line = re.sub(r'(syntax error), unexpected.*', r'\1', line)
            lines.append(line.replace('Using deprecated', 'using deprecated'))
    return sorted(lines)


def main():
    with open(os.path.join(GOLDEN, 'errors.txt'), encoding='latin-1') as f:
        cases = [c.split('\n===\n') for c in f.read().split('\n---\n') if '\n===\n' in c + '\n']
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(GOLDEN, 'inc'), os.path.join(folder, 'inc'))
        open(os.path.join(folder, 'target'), 'wb').close()
        for source, *said in cases:
            source = source.removesuffix('\n===')
            want = messages(said[0] if said else '')
            if any(m in source for m in MEANT) or any(n in w for n in NEW for w in want):
                skipped += 1
                continue
            with open(os.path.join(folder, 'rules'), 'w', encoding='latin-1') as f:
                f.write(source)
            got = subprocess.run(['yara', *VARS, 'rules', 'target'], cwd=folder,
                                 capture_output=True, check=False)
            got = messages((got.stdout + got.stderr).decode('latin-1'))
            passed += got == want
            if got != want:
                failed += 1
                print(f'{source}\n  yara   {got}\n  candor {want}')
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
