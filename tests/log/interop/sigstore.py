#!/usr/bin/env python3
"""sigstore.py CANDOR - npm's @sigstore/verify accepts candor's logs, and no others. TAP.

The package is installed into a folder of its own from npm's registry (the only test that
asks one). Without npm or network it is skipped, but not in CI.
"""
import base64
import json
import pathlib
import shutil
import sys

import rig
from rig import ok, run

PACKAGE = '@sigstore/verify@4.1.3'
SPKI = bytes.fromhex('302a300506032b6570032100')  # RFC 8410, before the 32 bytes of the key
candor = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent


def install(where):
    if not shutil.which('npm') or not shutil.which('node'):
        rig.skip('no npm')
    r = run('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1',
            '--fetch-timeout=20000', '--prefix', where, PACKAGE, timeout=150)
    if r.returncode != 0:
        rig.skip('npm cannot fetch ' + PACKAGE + ': ' + r.stderr.decode()[-300:])


def question(log, index):
    head, note = log.must('proof', index).split('\n\n', 1)
    return {'checkpoint': note, 'id': rig.VKEY.split('+')[1], 'origin': rig.ORIGIN, 'index': index,
            'key': base64.b64encode(SPKI + base64.b64decode(rig.VKEY.split('+', 2)[2])[1:]).decode(),
            'leaf': base64.b64encode(b'candor entry %d' % index).decode(), 'proof': head.split('\n')[2:]}


def altered(q):
    """Each of them must be refused."""
    yield 'another leaf', dict(q, leaf=base64.b64encode(b'candor entry x').decode())
    yield 'another index', dict(q, index=q['index'] ^ 1)
    yield 'an index beyond', dict(q, index=10**6)
    yield 'a changed path', dict(q, proof=[base64.b64encode(bytes(32)).decode()] + q['proof'][1:])
    yield 'a shorter path', dict(q, proof=q['proof'][1:])
    yield 'a longer path', dict(q, proof=q['proof'] + q['proof'][:1])
    lines = q['checkpoint'].split('\n')
    yield 'another size', dict(q, checkpoint='\n'.join([lines[0], '9' + lines[1], *lines[2:]]))
    yield 'another root', dict(q, checkpoint='\n'.join([*lines[:2], base64.b64encode(bytes(32)).decode(), *lines[3:]]))
    yield 'another origin', dict(q, checkpoint='x' + q['checkpoint'])
    yield 'another key', dict(q, id='00000000')


with rig.folder() as where:
    packages = pathlib.Path(where, 'npm')
    packages.mkdir()
    install(packages)
    asked = []
    log = rig.Log(candor, where)
    for size in (2, 7, 256, 257, 70000):
        log.grow(size)
        for i in sorted({0, size // 2, size - 1}):
            q = question(log, i)
            asked.append((f'{size}: entry {i}', q, True))
            if size > 2:
                asked += [(f'{size}: entry {i}, {name}', bad, False) for name, bad in altered(q)]
    r = run('node', HERE / 'sigstore.js', packages, input='\n'.join(json.dumps(q) for _, q, _ in asked).encode())
    said = r.stdout.decode().split('\n')
    for (name, _, want), have in zip(asked, said + [''] * len(asked)):
        ok((have == 'good') == want and have != '' and (want or have == 'TLOG_INCLUSION_PROOF_ERROR'), name,
           have + r.stderr.decode())
rig.done()
