#!/usr/bin/env python3
"""publish.py CANDOR ROUNDS - releases made with the verbs, read by other programs. TAP.

What candor writes is checked against docs/release.md by Python and openssl. Whatever instant
kill -9 comes at, and whatever byte the disk is full at, everybody sees the old release or
the new one, whole, and the same command again finishes what was begun.
"""
import base64
import functools
import hashlib
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'log'))
from tlog import holds, key_id, public, signer, vkey  # noqa: E402
from world import archive  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import ok, done  # noqa: E402

candor, rounds = str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2])
ORIGIN, NAME = 'rules.example/log', 'rules.example/publisher'
OLD, NEW = bytes([3] * 32), bytes([4] * 32)
EICAR = 'rule eicar { strings: $a = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" condition: $a }\n'


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class World:
    """A publisher with a log, a site and a folder of rules; where: for log and site."""

    def __init__(self, folder, where=None):
        self.dir = pathlib.Path(folder)
        self.site = pathlib.Path(where or self.dir) / 'site'
        self.log, self.rules, self.key = self.site / 'log', self.dir / 'rules', self.dir / 'publisher.key'
        self.rules.mkdir()
        self.site.mkdir()
        self.trust = None  # a policy, once there is a witness
        for key, seed in ((self.key, OLD), (self.dir / 'new.key', NEW)):
            key.write_text(signer(NAME, 1, seed) + '\n')
            key.chmod(0o600)
        self.log_key = self.run('log', 'init', self.log, '--origin', ORIGIN).stdout.strip()
        (self.rules / 'eicar.yar').write_text(EICAR)

    def run(self, *args):
        return subprocess.run([candor, *map(str, args)], capture_output=True, text=True, timeout=120)

    def command(self, *more):
        return [candor, 'publish', 'rules', str(self.rules), '--log', str(self.log), '--key', str(self.key),
                *(['--trust', str(self.trust)] if self.trust else []), *more]

    def publish(self, *more):
        return self.run(*self.command(*more)[1:])

    def proof(self, path):
        """(index, entry, checkpoint) of a proof file, its inclusion checked by candor log check."""
        text = (self.site / path).read_text()
        head, note = text.split('\n\n', 1)
        entry = base64.b64decode(re.search(r'^extra (\S+)$', head, re.M)[1])
        return int(re.search(r'^index (\d+)$', head, re.M)[1]), entry, note

    def statement(self, path='rules/stable/latest', seed=OLD):
        """What a release says; None when it is not signed, or a file is not what is said."""
        _, entry, _ = self.proof(path)
        text, signatures = entry.split(b'\n\n', 1)
        text += b'\n'
        name, raw = signatures.decode().rstrip('\n').split('\n')[0].split(' ')[1:]
        raw = base64.b64decode(raw)
        if name != NAME or raw[:4] != key_id(NAME, 1, public(seed)) or not holds(public(seed), text, raw[4:]):
            return None
        said = {'text': text, 'artefact': []}
        for key, value in (l.split(' ', 1) for l in text.decode().splitlines()):
            if key == 'artefact':
                said[key].append(value.split())
            elif key in ('archive', 'diff', 'source', 'recipe'):
                said[key] = value.split()
            else:
                said[key] = value
        for digest, size, *_ in said['artefact'] + [said[k] for k in ('archive', 'diff', 'source', 'recipe')
                                                     if k in said]:
            data = (self.site / 'blob' / digest).read_bytes()
            if len(data) != int(size) or hashlib.sha256(data).hexdigest() != digest:
                return None
        return said

    def blob(self, of):
        return (self.site / 'blob' / of[0]).read_bytes()


# --- what is written ----------------------------------------------------------------------

def first_and_second(w):
    r = w.publish('--dry-run')
    ok('a dry run tells and does nothing', r.returncode == 0 and 'added eicar  eicar.yar:1' in r.stdout and
       not (w.site / 'rules').exists(), r)
    r = w.publish()
    s = w.statement()
    ok('the first release', r.returncode == 0 and s and (s['sequence'], s['previous'], s['rules'], s['added']) ==
       ('1', 'none', '1', '1'), (r, s))
    files = {'eicar.yar': EICAR.encode(), 'sub/worm.yar': b'rule worm { meta: reason = "seen" condition: false }\n',
             'LICENSE': b'yours\n', 'sub/README.md': b'x'}
    for name, data in files.items():
        (w.rules / name).parent.mkdir(exist_ok=True)
        (w.rules / name).write_bytes(data)
    for name in ('notes.txt', '.hidden.yar', 'sub/x.yar~'):
        (w.rules / name).write_text('rule not_rules')
    (w.rules / 'sub/eicar.yar').symlink_to('../eicar.yar')
    os.chmod(w.rules / 'LICENSE', 0o755)
    r = w.publish('--json', '--not-after', '2099-01-31')
    t = w.statement()
    ok('the second follows it', r.returncode == 0 and t and t['previous'] == hashlib.sha256(s['text']).hexdigest() and
       (t['sequence'], t['added'], t['changed'], t['removed']) == ('2', '1', '0', '0') and
       t['not-after'] == '2099-01-31T00:00:00Z', (r, t))
    ok('and says so as JSON', json.loads(r.stdout)['index'] == 1 and 'left out' in r.stderr, r)
    ok('the archive is the one form of docs/release.md', w.blob(t['archive']) == archive(files))
    r = w.run('rules', 'diff', w.site / 'rules/stable/1', w.site / 'rules/stable/latest')
    ok('the diff is what candor rules diff makes of both', r.returncode == 1 and r.stdout.encode() ==
       w.blob(t['diff']) and '    reason: seen\n' in r.stdout, r)
    (w.dir / 'entry').write_bytes(w.proof('rules/stable/2')[1])
    r = w.run('log', 'check', w.dir / 'entry', w.site / 'rules/stable/2', '--key', w.log_key)
    ok('the log holds it', r.returncode == 0, r)


def the_same(w):
    before = w.statement()['text']
    os.utime(w.rules / 'eicar.yar', (1, 1))
    r = w.publish()
    ok('the same again is no release', r.returncode == 0 and r.stdout.startswith('unchanged: rules stable 2') and
       w.statement()['text'] == before, r)
    r = w.publish('--unchanged')
    s = w.statement()
    ok('unless one is asked for', r.returncode == 0 and (s['sequence'], s['added'], s['changed'], s['removed']) ==
       ('3', '0', '0', '0'), r)
    r = w.publish('--channel', 'beta')
    ok('another channel begins at 1', r.returncode == 0 and w.statement('rules/beta/latest')['sequence'] == '1', r)
    r = w.run('publish', 'refresh', '--log', w.log)
    ok('refreshed: under the checkpoint as it is now', r.returncode == 0 and '2 releases' in r.stdout and
       w.proof('rules/stable/latest')[2].split('\n')[1] == '4' and w.proof('rules/stable/3')[2].split('\n')[1] == '3', r)


def by_name_and_by_url(w):
    """The command as short as it can be, and releases compared behind a server."""
    usual = w.site / 'log.private/publisher'
    r = w.run('publish', 'rules', w.rules, '--channel', 'stable', '--log', w.log)
    ok('without a key: how to make one', r.returncode == 2 and 'candor trust key' in r.stderr, r)
    shutil.copy(w.key, usual)
    r = w.run('publish', 'rules', w.rules, '--channel', 'stable', '--log', w.log)
    ok('the publisher keeps his key beside the log', r.returncode == 0 and r.stdout.startswith('unchanged'), r)
    usual.unlink()
    (w.dir / 'elsewhere').write_text(f'log {vkey("other.example/log", 1, NEW)}\nquorum none\n')
    r = w.publish('--unchanged', '--trust', str(w.dir / 'elsewhere'))
    ok('a policy of another log', r.returncode == 16 and w.statement()['sequence'] == '3', r)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=w.site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f'http://127.0.0.1:{server.server_port}/rules/stable'
    here = w.run('rules', 'diff', w.site / 'rules/stable/1', w.site / 'rules/stable/2')
    r = w.run('rules', 'diff', f'{base}/1', f'{base}/2')
    ok('by URL it is the same', r.returncode == 1 and r.stdout == here.stdout, (r, here))
    r = w.run('rules', 'diff', f'{base}/1', f'{base}/77')
    ok('what is not there', r.returncode == 18, r)
    blob = w.site / 'blob' / w.statement('rules/stable/2')['archive'][0]
    data = blob.read_bytes()
    blob.write_bytes(data.replace(b'worm', b'form'))
    codes = [w.run('rules', 'list', where).returncode for where in (f'{base}/2', w.site / 'rules/stable/2')]
    ok('another archive than the statement says', codes == [20, 20], codes)
    blob.write_bytes(data)
    server.shutdown()


def refused(w):
    """What clients would not take; nothing of it is left."""
    def state():
        return {str(p.relative_to(w.site)): p.read_bytes() for p in w.site.rglob('*') if p.is_file()}
    extra, before, wrong = w.rules / 'extra.yar', state(), []
    for what, text, code in (
            ('an error', 'rule x { condition: nothing_like_that }', 52),
            ('a rule twice', EICAR, 52),
            ('an include', 'include "eicar.yar"', 52),
            ('an external variable', 'rule x { condition: filename == "a" }', 52),
            ('everything is malware', 'rule x { condition: true }', 53),
            ('an empty file is malware', 'rule x { condition: filesize == 0 }', 53)):
        extra.write_text(text)
        r = w.publish()
        if r.returncode != code or state() != before:
            wrong.append((what, r))
    extra.unlink()
    (w.rules / 'eicar.yar').write_text('rule nothing { condition: false }')
    r = w.publish()
    if r.returncode != 53:
        wrong.append(('nothing is found', r))
    (w.rules / 'eicar.yar').write_text(EICAR)
    ok('what clients would refuse is not published', not wrong and state() == before, '\n'.join(map(str, wrong)))
    wrong = []
    for what, args, code in (
            ('no log', ['--log', w.dir / 'none'], 2), ('no such folder', ['--site', w.dir / 'none'], 2),
            ('a channel', ['--channel', 'No!'], 3), ('a past day', ['--not-after', '2001-01-01'], 44),
            ('no time', ['--not-after', 'soon'], 44), ('no key', ['--key', w.dir / 'none'], 2),
            ('another key of the log', ['--log-key', w.key], 15)):
        r = w.publish(*map(str, args), '--unchanged')
        if r.returncode != code or state() != before:
            wrong.append((what, code, r))
    empty = w.dir / 'empty'
    empty.mkdir()
    for what, code in ((empty, 51), (w.dir / 'none', 2), (w.key, 51)):
        r = w.run('publish', 'rules', what, '--log', w.log, '--key', w.key)
        if r.returncode != code or state() != before:
            wrong.append((what, code, r))
    old = w.site / 'blob' / w.statement()['archive'][0]
    old.rename(w.dir / 'old')
    r = w.publish('--unchanged')
    if r.returncode != 18:
        wrong.append(('no old archive', r))
    (w.dir / 'old').rename(old)
    ok('other wrong calls', not wrong and state() == before, '\n'.join(map(str, wrong)))


def programs(w):
    files = {'candor_2.deb': b'deb', 'candor.rpm': b'rpm', 'source.tar': b'source', 'recipe': b'make'}
    for name, data in files.items():
        (w.dir / name).write_bytes(data)

    def release(*more):
        return w.run('publish', 'release', w.dir / 'candor_2.deb', w.dir / 'candor.rpm', '--version', '1.2',
                     '--source', w.dir / 'source.tar', '--recipe', w.dir / 'recipe', '--log', w.log, '--key',
                     w.key, *more)
    r = release()
    s = w.statement('release/stable/latest')
    ok('a program', r.returncode == 0 and s and s['type'] == 'release' and (s['name'], s['version']) ==
       ('candor', '1.2') and [a[2] for a in s['artefact']] == ['candor.rpm', 'candor_2.deb'] and
       s['recipe'] == [hashlib.sha256(b'make').hexdigest(), '4', 'recipe'], (r, s))
    r = release()
    ok('the same again is none', r.returncode == 0 and r.stdout.startswith('unchanged: release stable 1'), r)
    (w.dir / 'recipe').write_bytes(b'make it')
    r = release()
    ok('another recipe is another', r.returncode == 0 and w.statement('release/stable/2')['previous'] ==
       hashlib.sha256(s['text']).hexdigest(), r)
    r = release('--name', 'other')
    ok('not of another program', r.returncode == 44 and not (w.site / 'release/stable/3').exists(), r)
    r = release(w.dir / 'candor.rpm')
    ok('nor a name twice', r.returncode == 44, r)
    r = w.run('publish', 'release', w.dir / 'recipe', '--log', w.log, '--key', w.key)
    ok('nor without a version', r.returncode == 3, r)


def keys(w):
    conf = w.dir / 'candor.conf'
    conf.write_text(f'publisher = {vkey(NAME, 1, OLD)}\nstate = state\n')
    (w.dir / 'trust').write_text(f'log {w.log_key}\nquorum none\n')
    r = w.run('update', '--config', conf, w.site)
    ok('a client takes it', r.returncode == 0 and 'stable 3' in r.stdout, r)
    r = w.run('publish', 'keys', w.key, '--log', w.log, '--key', w.key)
    ok('a key does not follow itself', r.returncode == 15, r)
    r = w.run('publish', 'keys', w.dir / 'new.key', '--log', w.log, '--key', w.key)
    entry = w.proof('keys/stable/1')[1]
    ok('another key, signed by both', r.returncode == 0 and len(entry.split(b'\n\n')[1].splitlines()) == 2 and
       f'new {vkey(NAME, 1, NEW)}\n'.encode() in entry, (r, entry))
    r = w.run('publish', 'keys', w.dir / 'new.key', '--log', w.log, '--key', w.key)
    ok('once', r.returncode == 0 and r.stdout.startswith('unchanged: keys stable 1'), r)
    r = w.publish('--unchanged')
    ok('the old key publishes no more', r.returncode == 15 and w.statement()['sequence'] == '3', r)
    w.key = w.dir / 'new.key'
    r = w.publish('--unchanged')
    ok('the new one does', r.returncode == 0 and w.statement(seed=NEW)['sequence'] == '4', r)
    r = w.run('update', '--config', conf, w.site)
    ok('the client follows', r.returncode == 0 and 'stable 4' in r.stdout and 'key was replaced' in r.stdout, r)


def another_log(w):
    """docs/decisions/0011: the same entries under another key; clients are told, and go on."""
    moved, conf = w.site / 'moved', w.dir / 'candor.conf'
    key = w.run('log', 'init', moved, '--origin', 'rules.example/log2').stdout.strip()
    r = w.run('log', 'add', moved, '--from', w.log)
    r2 = w.run('log', 'checkpoint', moved)
    ok('the same entries make the same tree', r.returncode == r2.returncode == 0 and
       (w.log / 'checkpoint').read_text().split('\n')[1:3] == (moved / 'checkpoint').read_text().split('\n')[1:3],
       (r, r2))
    shutil.copytree(moved, w.dir / 'lies')
    bundle = next(p for p in (w.dir / 'lies/tile/entries').rglob('*') if p.is_file())
    bundle.write_bytes(bundle.read_bytes().replace(b'rules', b'tules'))
    w.run('log', 'init', w.dir / 'taken', '--origin', 'rules.example/log3')
    r = w.run('log', 'add', w.dir / 'taken', '--from', w.dir / 'lies', '--key', key)
    r2 = w.run('log', 'checkpoint', w.dir / 'taken')
    ok('what was not signed does not get into another log', r.returncode == 20 and ' 0 entries' in r2.stdout, (r, r2))
    for a, b in (('log', 'old'), ('moved', 'log')):
        for more in ('', '.private'):
            (w.site / (a + more)).rename(w.site / (b + more))
    r = w.publish('--unchanged')
    ok('the publisher goes on in it', r.returncode == 0 and 'stable 5, entry 9' in r.stdout, r)
    r = w.run('update', '--config', conf, w.site)
    ok('a client that was not told refuses', r.returncode == 14 or r.returncode == 12, r)
    (w.dir / 'trust').write_text(f'log {w.log_key}\nlog {key}\nquorum none\n')
    r = w.run('update', '--config', conf, w.site)
    ok('one that was told goes on', r.returncode == 0 and 'stable 5 (rules.example/log2 9)' in r.stdout, r)


def pages(w):
    """The pages of the log tell whose signatures hold, and are made once."""
    out, old, new = w.dir / 'pages', vkey(NAME, 1, OLD), vkey(NAME, 1, NEW)

    def site(*more):
        return w.run('log', 'site', w.log, '-o', out, *more)

    def page(n):
        return (out / f'entry/{n}.html').read_text()
    r = site()
    ok('pages; nobody said who the publisher is', r.returncode == 0 and 'not checked' in page(0) and
       'not checked' in (out / 'index.html').read_text(), r)
    r = site('--publisher', old)
    ok('by the first key all are signed, as keys are followed', r.returncode == 0 and
       all('whose signature holds' in page(n) for n in range(8)), r)
    made = {p: p.stat().st_mtime_ns for p in (out / 'entry').iterdir()}
    r = site('--publisher', old)
    ok('none is made again', ' 0 pages made' in r.stdout and made == {p: p.stat().st_mtime_ns for p in made}, r)
    state = w.dir / 'seen'
    r = w.run('log', 'monitor', w.log, '--once', '--state', state, '--publisher', old)
    ok('the monitor says whose they are', r.returncode == 0 and r.stdout.count('signature holds') == 8 and
       'ALARM' not in r.stdout, r)
    w.publish('--channel', 'gamma')
    r = w.run('log', 'monitor', w.log, '--once', '--state', state, '--publisher', old)
    ok('also when it comes back, as it follows keys', r.returncode == 43 and r.stdout.count('ALARM') == 1 and
       r.stdout.startswith('8: rules gamma 1'), r)  # the new key is of the channel stable alone
    r = site('--publisher', new)
    ok('by the last key alone some are a stranger\'s', r.returncode == 43 and "publisher's keys" in page(0) and
       'whose signature holds' in page(7) and 'not the publisher' in (out / 'index.html').read_text(), r)
    blob = w.site / 'blob' / w.statement('rules/stable/1')['archive'][0]
    blob.rename(w.dir / 'away')
    r = site('--publisher', old, '--publisher', new)
    ok('a page that lacks a file says so', r.returncode == 18 and 'cannot read' in page(0), r)
    (w.dir / 'away').rename(blob)
    r = site('--publisher', old, '--publisher', new)
    ok('and is made again', r.returncode == 0 and ' 1 page made' in r.stdout and 'eicar.yar' in page(0), r)


# --- what is cut short ----------------------------------------------------------------------

def shown(w):
    """(sequence that everybody sees, what is wrong with it)."""
    if not (w.site / 'rules/stable/latest').exists():
        return 0, None
    try:
        s = w.statement()
        if s is None:
            return 0, 'a signature or a file does not hold'
        n = int(s['sequence'])
        if w.proof('rules/stable/latest')[1] != w.proof(f'rules/stable/{n}')[1]:
            return 0, 'latest is not the numbered one'
        (w.dir / 'entry').write_bytes(w.proof('rules/stable/latest')[1])
        r = w.run('log', 'check', w.dir / 'entry', w.site / 'rules/stable/latest',
                  *(['--trust', w.trust] if w.trust else ['--key', w.log_key]))
        return n, None if r.returncode == 0 else r
    except (OSError, ValueError, KeyError, TypeError) as e:
        return 0, f'{type(e).__name__}: {e}'


def change(w, i):
    (w.rules / 'more.yar').write_text(f'rule number_{i} {{ strings: $a = "number {i} of many" condition: $a }}\n')


def whole(w):
    """The log, every numbered release, each once, in order."""
    wrong, previous, index = [], 'none', -1
    r = w.run('log', 'verify', w.log)
    if r.returncode:
        wrong.append(r)
    n = shown(w)[0]
    for i in range(1, n + 1):
        s = w.statement(f'rules/stable/{i}')
        at = w.proof(f'rules/stable/{i}')[0]
        if not s or s['sequence'] != str(i) or s['previous'] != previous or at != index + 1:
            wrong.append(f'release {i}: {s} at {at}')
            break
        previous, index = hashlib.sha256(s['text']).hexdigest(), at
    if f', {n} entr' not in r.stdout:
        wrong.append(f'{n} releases, and {r.stdout}')
    left = [str(p) for p in w.site.rglob('*.tmp')] + list(w.site.glob('log.private/pending*'))
    return wrong + left


def with_witness(w):
    """The same, with somebody to ask: what is shown is cosigned at every instant."""
    name, key, seed = 'witness.example/w', w.dir / 'w.key', bytes([5] * 32)
    key.write_text(signer(name, 4, seed) + '\n')
    key.chmod(0o600)
    p = subprocess.Popen([candor, 'witness', '--listen', '127.0.0.1:0', '--key', key, '--state', w.dir / 'w',
                          '--log', w.log_key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    w.trust = w.dir / 'policy'
    w.trust.write_text(f'log {w.log_key}\nwitness w {vkey(name, 4, seed)} {p.stdout.readline().split()[-1]}\nquorum w\n')
    try:
        killed(w, max(10, rounds // 5), 'with a witness')
    finally:
        p.kill()
        p.wait()


def killed(w, rounds, what):
    seed = random.randrange(1 << 32)
    rnd, wrong, hits, now = random.Random(seed), [], 0, 0
    usual, i = 9.0, 0
    for name in 'abcd':
        change(w, name)
        start = time.monotonic()
        w.publish()
        usual = min(usual, time.monotonic() - start)
    while hits < rounds and i < 4 * rounds:
        change(w, i)
        p = subprocess.Popen(w.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if i % 2:
            time.sleep(rnd.random() * usual)
        else:  # in the steps that change something
            while p.poll() is None and not (w.site / 'log.private/pending.rules.stable').exists():
                pass
            time.sleep(rnd.random() * usual / 3)
        p.kill()
        hits += p.wait() < 0
        n, why = shown(w) if i % 5 == 0 or rounds <= 100 else (now, None)
        if why or n < now:
            wrong.append(f'round {i}: {n} after {now}: {why}')
            break
        now, i = n, i + 1
    r = w.publish('--unchanged')
    if r.returncode:
        wrong.append(r)
    wrong += whole(w)
    ok(f'kill -9 at {rounds} instants, {what}: nothing half, nothing lost, nothing twice', not wrong and hits == rounds,
       f'seed {seed}, {hits} killed\n' + '\n'.join(map(str, wrong)))
    print(f'# {hits} of {i} were killed before their end; {shown(w)[0]} releases')


def small_disk(folder):
    disk = pathlib.Path(folder) / 'disk'
    disk.mkdir()
    if os.getuid() or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=512k', 'none', disk],
                                     capture_output=True).returncode:
        ok('a full disk # SKIP only root can make a small disk', True)
        return
    try:
        full(World(folder, disk), disk / 'filler')
    finally:
        subprocess.run(['umount', disk])


def full(w, filler):
    """No page is left, then one, then two ...: until the release fits."""
    wrong, refused_, step = [], 0, 0
    w.publish()
    for release in range(2, 6):
        change(w, release)
        for step in range(100):
            with open(filler, 'wb', buffering=0) as f:
                try:
                    while True:
                        f.write(b'x' * 4096)
                except OSError:
                    pass
            os.truncate(filler, max(0, filler.stat().st_size - step * 4096))
            r = w.publish()
            filler.unlink()
            n, why = shown(w)
            if why or n != (release if r.returncode == 0 else release - 1):
                wrong.append(f'step {step}: exit {r.returncode}, {n}, {why}: {r.stderr}')
            if r.returncode == 0:
                break
            refused_ += 1
            if r.returncode != 2 or 'No space' not in r.stderr and 'no space' not in r.stderr:
                wrong.append(f'step {step}: {r}')
    wrong += whole(w)
    ok(f'a full disk: the old release stays ({refused_} refusals)', not wrong and refused_ > 3, '\n'.join(map(str, wrong)))


def two_at_once(w):
    change(w, 'a')
    ps = [subprocess.Popen(w.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(5)]
    codes = {p.wait() for p in ps}
    ok('several at once: one works, the others say so', codes <= {0, 26} and 0 in codes and not whole(w), codes)


fast = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
with tempfile.TemporaryDirectory(prefix='candor-publish-', dir=fast) as d:
    os.chmod(d, 0o755)
    for name in 'abcde':
        os.mkdir(os.path.join(d, name))
    world = World(os.path.join(d, 'a'))
    first_and_second(world)
    the_same(world)
    by_name_and_by_url(world)
    refused(world)
    programs(world)
    keys(world)
    pages(world)
    another_log(world)
    two_at_once(World(os.path.join(d, 'b')))
    killed(World(os.path.join(d, 'c')), rounds, 'alone')
    with_witness(World(os.path.join(d, 'e')))
    small_disk(os.path.join(d, 'd'))
done()
