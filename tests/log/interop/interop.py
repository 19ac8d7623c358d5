#!/usr/bin/env python3
"""interop.py CANDOR GROWTH - logs of candor and of Go's x/mod, byte for byte. TAP.

Entries, key and sizes are those of the vectors, so that the files of one can be held
against those of the other: notes, tiles, bundles, roots and proofs in both directions.
"""
import pathlib
import sys

import rig
from rig import ok, run

SIZES = (1, 2, 7, 255, 256, 257, 512, 70000)
candor, growth = sys.argv[1:]


def same(go, where, size):
    ours = rig.Log(candor, where, f'ours{size}').grow(size)
    theirs = pathlib.Path(where) / f'theirs{size}'
    made = run(go, 'make', theirs, rig.PRIVATE, input=rig.entries(0, size))
    r = run('diff', '-r', ours.dir, theirs)
    ok(made.returncode == 0 and r.returncode == 0, f'{size}: the same files as x/mod makes',
       made.stderr.decode() + r.stdout.decode()[:2000])
    r = run(go, 'read', ours.dir, rig.VKEY)
    ok(r.returncode == 0, f'{size}: x/mod reads ours', r.stderr.decode())
    r = run(candor, 'log', 'verify', theirs, '--key', rig.VKEY)
    ok(r.returncode == 0, f'{size}: candor verifies theirs', r.stderr.decode())
    return ours, theirs


def proofs(go, where, ours, theirs, size):
    entry, proof = pathlib.Path(where, 'entry'), pathlib.Path(where, 'proof')
    for i in sorted({0, 1 % size, size // 3, size // 2, size - 1}):
        a = ours.must('proof', i)
        b = run(go, 'proof', theirs, rig.VKEY, i).stdout.decode()
        entry.write_text(f'candor entry {i}')
        proof.write_text(a)
        took = run(go, 'check', rig.VKEY, proof, entry)
        held = run(candor, 'log', 'check', entry, proof, '--key', rig.VKEY)
        entry.write_text(f'candor entry {i + 1}')
        bad = run(go, 'check', rig.VKEY, proof, entry), run(candor, 'log', 'check', entry, proof, '--key', rig.VKEY)
        ok(a == b and took.returncode == 0 and held.returncode == 0, f'{size}: the proof of {i}',
           f'{a}\n{b}\n{took.stderr.decode()}{held.stderr.decode()}')
        ok(bad[0].returncode == 1 and bad[1].returncode == 23, f'{size}: not of another entry than {i}')


def growths(go, ours, size):
    for old in sorted({1, size // 3, size // 2, size - 1, size} - {0}):
        a = run(growth, ours.dir, rig.VKEY, old)
        b = run(go, 'growth', ours.dir, rig.VKEY, old)
        ok(a.returncode == 0 and b.returncode == 0 and a.stdout == b.stdout,
           f'from {old} to {size}: the same proof of growth', a.stderr.decode() + b.stderr.decode())


with rig.folder() as where:
    go = rig.go(where) or rig.skip('no golang-go, or no golang-golang-x-mod-dev')
    for size in SIZES:
        ours, theirs = same(go, where, size)
        proofs(go, where, ours, theirs, size)
        growths(go, ours, size)
    for old, new in ((1, 7), (7, 70000), (256, 257), (256, 70000)):
        r = run(candor, 'log', 'verify', f'{where}/ours{new}', '--old', f'{where}/theirs{old}/checkpoint')
        ok(r.returncode == 0, f'{new} begins with the {old} that x/mod signed', r.stderr.decode())
    r = run(candor, 'log', 'verify', f'{where}/ours7', '--old', f'{where}/theirs256/checkpoint')
    ok(r.returncode == 25, '7 is shorter than 256')
rig.done()
