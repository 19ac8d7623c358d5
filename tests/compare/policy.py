#!/usr/bin/env python3
"""policy.py CANDOR POLICY - each row of candor-compare's policy is needed: without it a
comparison that works otherwise is ended. CANDOR has without.c's program beside it. Prints TAP.
"""
import io
import pathlib
import re
import sys
import zipfile
import zlib

from rig import CANDOR, check, compare, finish, found, gz, member, tar

# Where the end does not show it.
NOT_HERE = {'clock_gettime': 'the vDSO answers', 'exit_group': 'all was said by then'}

rows = re.findall(r'^ALLOW\((\w+), "([^"]*)"', pathlib.Path(sys.argv[2]).read_text(), re.M)
without = pathlib.Path(CANDOR).parent / 'without'


def packed(word):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('a', word * 40000)
    return out.getvalue()


ELF = pathlib.Path(CANDOR).read_bytes()
def pdf(text):
    z = zlib.compress(text)
    return (b'%%PDF-1.4\n1 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n' % len(z) + z +
            b'\nendstream\nendobj\ntrailer\n<<>>\n')


LINES = b''.join(b'line %d\n' % (i * i % 9973) for i in range(400000))
PAIRS = {
    'text': (LINES + b'1\n', b'2\n' + LINES),
    'program': (ELF, ELF[:-200] + bytes(200)),
    'archive': (tar(member('a.gz', gz(LINES)), member('b', ELF)), tar(member('a.gz', gz(LINES[:-9])), member('b', ELF))),
    'pdf': (pdf(LINES), pdf(LINES + b'x')),
    'zip': (packed(b'one two'), packed(b'two one')),
}


def verdicts():
    return {n: (lambda g: (g['verdict'], g.get('why', '')))(compare(a, b)) for n, (a, b) in PAIRS.items()}


try:
    without.write_text(str(len(rows)))
    whole = verdicts()
    check('with all rows', all(v in ('code', 'differs') for v, _ in whole.values()), whole)
    for i, (call, why) in enumerate(rows):
        without.write_text(str(i))
        got = verdicts()
        ended = [n for n, (v, why) in got.items() if v == 'failed' and 'forbidden system call' in why]
        if call in NOT_HERE and not ended:
            check(f'{call} ({why}) # SKIP {NOT_HERE[call]}', True)
        else:
            check(f'{call} ({why}): {", ".join(ended)}', ended, got)
finally:
    without.unlink(missing_ok=True)
finish()
