#!/usr/bin/env python3
"""hostile.py CANDOR - logs, tiles and proofs that lie: each has its own exit code. TAP."""
import base64
import functools
import http.server
import pathlib
import shutil
import sys
import threading

import rig
from rig import ok, run

candor = sys.argv[1]


def flip(path, at=-1):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def lines(path, change):
    """Hands the file's lines to change, writes what comes back."""
    path.write_text('\n'.join(change(path.read_text().split('\n'))))


def swap(log, a, b):
    a, b = log / a, log / b
    t = a.read_bytes()
    a.write_bytes(b.read_bytes())
    b.write_bytes(t)


def swap_entries(log):
    """Two entries of one length change places: nothing but the hashes can tell."""
    path = log / 'tile/entries/000'
    data = path.read_bytes()
    path.write_bytes(data[16:32] + data[:16] + data[32:])


LOGS = (
    ('nothing was changed', lambda l: None, 0),
    ('the checkpoint is gone', lambda l: (l / 'checkpoint').unlink(), 18),
    ('the checkpoint is empty', lambda l: (l / 'checkpoint').write_text(''), 10),
    ('the checkpoint is a novel', lambda l: (l / 'checkpoint').write_text('a' * 2_000_000), 28),
    ('the checkpoint is binary', lambda l: (l / 'checkpoint').write_bytes(b'\0\xff\n\n'), 10),
    ('another size', lambda l: lines(l / 'checkpoint', lambda t: [t[0], '599', *t[2:]]), 11),
    ('another origin', lambda l: lines(l / 'checkpoint', lambda t: ['x.example', *t[1:]]), 11),
    ('no signature', lambda l: lines(l / 'checkpoint', lambda t: t[:4] + ['']), 10),
    ('a signature of a stranger',
     lambda l: lines(l / 'checkpoint', lambda t: [*t[:4], t[4].replace('log.example', 'x.example'), '']), 12),
    ('a flipped signature', lambda l: lines(l / 'checkpoint', lambda t: [*t[:4], t[4][:-8] + 'AAAAAAA=', '']), 11),
    ('a tile is gone', lambda l: (l / 'tile/0/000').unlink(), 18),
    ('a tile is cut', lambda l: (l / 'tile/0/001').write_bytes(b'x' * 8191), 19),
    ('a tile is too long', lambda l: (l / 'tile/0/001').write_bytes(b'x' * 9000), 28),
    ('a tile has a flipped bit', lambda l: flip(l / 'tile/0/001'), 19),
    ('two tiles are swapped', lambda l: swap(l, 'tile/0/000', 'tile/0/001'), 19),
    ('the edge has a flipped bit', lambda l: flip(l / 'tile/0/002.p/88'), 21),
    ('the upper edge has a flipped bit', lambda l: flip(l / 'tile/1/000.p/2'), 21),
    ('a bundle is gone', lambda l: (l / 'tile/entries/001').unlink(), 18),
    ('an entry has a flipped bit', lambda l: flip(l / 'tile/entries/000'), 20),
    ('two entries are swapped', swap_entries, 20),
    ('two bundles are swapped', lambda l: swap(l, 'tile/entries/000', 'tile/entries/001'), 20),
    ('a bundle is cut', lambda l: (l / 'tile/entries/002.p/88').write_bytes(b'\0'), 20),
    ('an entry is longer than its bundle', lambda l: (l / 'tile/entries/000').write_bytes(b'\xff\xff'), 20),
    ('a tile is a folder', lambda l: ((l / 'tile/0/000').unlink(), (l / 'tile/0/000').mkdir()), 2),
)


def bad_logs(where, log):
    for name, change, want in LOGS:
        copy = pathlib.Path(where, 'copy')
        shutil.copytree(log.dir, copy)
        change(copy)
        r = run(candor, 'log', 'verify', copy, '--key', rig.VKEY)
        text = r.stderr.decode()
        ok(r.returncode == want and bool(text) == bool(want) and text.count('\n') <= 1, f'{name}: {want}',
           f'exit {r.returncode}: {text}')
        shutil.rmtree(copy)


def old_ones(where, log):
    """What was signed before binds the log: re-signed, shortened, forked."""
    fork = rig.Log(candor, where, 'fork')
    fork.must('add', '--stdin0', input=b'not an entry\0' + rig.entries(1, 700))
    fork.must('checkpoint')
    old = log.dir / 'checkpoint'
    for name, which, want in (('its own past', log, 0), ('a fork', fork, 24)):
        r = run(candor, 'log', 'verify', which.dir, '--old', old)
        ok(r.returncode == want, f'{name}: {want}', r.stderr.decode())
    r = run(candor, 'log', 'verify', log.dir, '--old', fork.dir / 'checkpoint')
    ok(r.returncode == 25, 'a log that was cut short: 25', r.stderr.decode())
    other = rig.run(candor, 'log', 'init', f'{where}/other', '--origin', 'other.example')
    r = run(candor, 'log', 'verify', log.dir, '--old', f'{where}/other/checkpoint')
    ok(other.returncode == 0 and r.returncode == 12, 'the past of another log: 12', r.stderr.decode())


def path_line(t):
    """A hash of the path, replaced."""
    return t[:2] + [base64.b64encode(bytes(32)).decode()] + t[3:]


PROOFS = (
    ('as it was made', lambda t: t, 0),
    ('another index', lambda t: [t[0], 'index 7', *t[2:]], 23),
    ('an index beyond', lambda t: [t[0], 'index 600', *t[2:]], 23),
    ('a changed path', path_line, 23),
    ('a shorter path', lambda t: t[:2] + t[3:], 23),
    ('a longer path', lambda t: t[:3] + t[2:], 23),
    ('no path', lambda t: t[:2] + t[t.index(''):], 23),
    ('no head', lambda t: t[1:], 22),
    ('extra that nobody signed', lambda t: [t[0], 'extra AAAA', *t[1:]], 0),
    ('no checkpoint', lambda t: t[:t.index('') + 1] + [''], 22),
    ('no signature', lambda t: t[:-2] + [''], 10),
    ('a checkpoint of another tree', lambda t: [*t[:-4], base64.b64encode(bytes(32)).decode(), *t[-3:]], 11),
)


def bad_proofs(where, log):
    entry, proof = pathlib.Path(where, 'entry'), pathlib.Path(where, 'proof')
    entry.write_text('candor entry 3')
    good = log.must('proof', 3)
    for name, change, want in PROOFS:
        proof.write_text('\n'.join(change(good.split('\n'))))
        r = run(candor, 'log', 'check', entry, proof, '--key', rig.VKEY)
        ok(r.returncode == want, f'a proof with {name}: {want}', f'exit {r.returncode}: {r.stderr.decode()}')
    entry.write_text('candor entry 4')
    proof.write_text(good)
    r = run(candor, 'log', 'check', entry, proof, '--key', rig.VKEY)
    ok(r.returncode == 23, 'a proof of another entry: 23')


def policies(where, log):
    policy = pathlib.Path(where, 'trust')
    w1 = 'witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU'
    for name, text, want in (
            ('none asked', f'log {rig.VKEY}\nquorum none\n', 0),
            ('one asked, none there', f'log {rig.VKEY}\nwitness w {w1}\nquorum w\n', 17),
            ('no quorum told', f'log {rig.VKEY}\n', 16), ('no log', 'quorum none\n', 12)):
        policy.write_text(text)
        r = run(candor, 'log', 'verify', log.dir, '--trust', policy)
        ok(r.returncode == want, f'witnesses: {name}: {want}', r.stderr.decode())
    r = run(candor, 'log', 'verify', log.dir, '--key', log.dir.parent / 'log.key')
    ok(r.returncode == 16 and b'AQEB' not in r.stderr, 'a private key is not shown to anybody', r.stderr.decode())


def writers(where, log):
    entry = pathlib.Path(where, 'large')
    entry.write_bytes(bytes(65536))
    r = log.sub('add', entry)
    ok(r.returncode == 28, 'an entry that is too large: 28', r.stderr.decode())
    r = log.sub('add', '--stdin0', input=b'no end')
    ok(r.returncode == 2, 'an entry without an end: 2', r.stderr.decode())
    r = log.sub('init', '--origin', rig.ORIGIN)
    ok(r.returncode == 2, 'a log is not made twice: 2', r.stderr.decode())
    r = log.sub('proof', 600)
    ok(r.returncode == 20, 'no proof beyond the end: 20', r.stderr.decode())
    head = pathlib.Path(f'{log.dir}.private/head')
    was = head.read_text()
    head.write_text(rig.ORIGIN + '\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n')
    r = log.sub('checkpoint')
    ok(r.returncode == 27, 'an old backup signs no fork: 27', r.stderr.decode())
    head.write_text(was)
    ok(log.sub('verify').returncode == 0, 'after all of this the log is as it was')


def served(where, log):
    """The same through a web server, which may lie or be away."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    copy = pathlib.Path(where, 'copy')
    shutil.copytree(log.dir, copy)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=copy))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f'http://127.0.0.1:{server.server_port}'
    for name, change, want in (
            ('as it is', lambda: None, 0), ('with a changed entry', lambda: flip(copy / 'tile/entries/000'), 20),
            ('without a tile', lambda: (flip(copy / 'tile/entries/000'), (copy / 'tile/0/001').unlink()), 18),
            ('without a checkpoint', lambda: (copy / 'checkpoint').unlink(), 18)):
        change()
        r = run(candor, 'log', 'verify', url, '--key', rig.VKEY)
        ok(r.returncode == want, f'a served log {name}: {want}', f'exit {r.returncode}: {r.stderr.decode()}')
    server.shutdown()
    server.server_close()
    r = run(candor, 'log', 'verify', url, '--key', rig.VKEY)
    ok(r.returncode == 41, 'a server that is away: 41', r.stderr.decode())
    shutil.rmtree(copy)


with rig.folder() as where:
    log = rig.Log(candor, where).grow(600)
    bad_logs(where, log)
    old_ones(where, log)
    bad_proofs(where, log)
    policies(where, log)
    if '--no-server' not in sys.argv:
        served(where, log)
    writers(where, log)
rig.done()
