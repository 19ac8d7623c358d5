#!/usr/bin/env python3
"""cosign.py CANDOR [--kills N] - a log asks witnesses: good, dead, lying, forgetful ones.

Prints TAP. The bad witnesses are made here; the good ones are candor's.
"""
import hashlib
import http.server
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from tlog import key_id, line, public, sign, signer, vkey

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402

candor = str(pathlib.Path(sys.argv[1]).resolve())
kills = int(sys.argv[sys.argv.index('--kills') + 1]) if '--kills' in sys.argv else 10
work = pathlib.Path(tempfile.mkdtemp(prefix='candor-cosign-'))


def run(*args):
    return subprocess.run([candor, *map(str, args)], capture_output=True, text=True, timeout=60)


def add(log, first, n, *more):
    files = []
    for i in range(first, first + n):
        f = work / f'entry{i}'
        f.write_text(f'candor entry {i}')
        files.append(f)
    a, b = run('log', 'add', log, *files), run('log', 'checkpoint', log, *more)
    assert a.returncode == b.returncode == 0, (a, b)


class Witness:
    def __init__(self, who, log, state=None):
        seed = bytes([who] * 32)
        self.name = f'witness.example/w{who}'
        self.vkey = vkey(self.name, 4, seed)
        key = work / f'w{who}.key'
        if not key.exists():
            key.write_text(signer(self.name, 4, seed) + '\n')
            key.chmod(0o600)
        self.run = subprocess.Popen(
            [candor, 'witness', '--listen', '127.0.0.1:0', '--key', key, '--state',
             state or work / f'state{who}', '--log', log], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.url = self.run.stdout.readline().split()[-1]

    def end(self):
        self.run.kill()
        self.run.wait()
        self.run.stdout.close()


class Liar:
    """Answers everything with one status, type and body."""

    def __init__(self, who, status, body=b'', kind='text/plain'):
        self.name = f'witness.example/w{who}'
        self.vkey = vkey(self.name, 4, bytes([who] * 32))

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers['Content-Length']))
                self.send_response(status)
                self.send_header('Content-Type', kind)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()


class Meanwhile:
    """A good witness, while whose answer is on its way something else happens."""

    def __init__(self, who, happens):
        self.name, seed, me = f'witness.example/w{who}', bytes([who] * 32), self
        self.vkey = vkey(self.name, 4, seed)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                request = self.rfile.read(int(self.headers['Content-Length']))
                text = request.split(b'\n\n')[1] + b'\n'
                now = int(time.time())
                signed = sign(seed, b'cosignature/v1\ntime %d\n' % now + text)
                body = line(me.name, key_id(me.name, 4, public(seed)), now.to_bytes(8, 'big') + signed)
                happens()
                self.send_response(200)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()


def policy(log, need, *who, name='policy'):
    p = work / name
    p.write_text(f'log {log}\n' + ''.join(f'witness {w.name.split("/")[1]} {w.vkey} {w.url}\n' for w in who) +
                 f'group q {need} {" ".join(w.name.split("/")[1] for w in who)}\nquorum q\n')
    return p


def lines(log):
    return (log / 'checkpoint').read_text().split('\n\n')[1].splitlines()


def story():
    log = work / 'log'
    key = run('log', 'init', log, '--origin', 'log.example/candor').stdout.strip()
    add(log, 0, 3)
    w = [Witness(i, key) for i in (2, 3, 4)]
    p = policy(key, 2, *w)
    r = run('log', 'cosign', log, '--trust', p)
    check(r.returncode == 0 and len(lines(log)) == 4, 'three witnesses', r)
    add(log, 3, 4)
    check(len(lines(log)) == 1, 'a new checkpoint has none')
    r = run('log', 'cosign', log, '--trust', p)
    check(r.returncode == 0 and len(lines(log)) == 4, 'with proofs from 3 to 7', r)
    r = run('log', 'verify', log, '--trust', p)
    check(r.returncode == 0 and 'cosigned by 3' in r.stdout, 'the policy is met', r)
    before = lines(log)
    r = run('log', 'cosign', log, '--witness', f'{w[0].vkey} {w[0].url}')
    check(r.returncode == 0 and len(lines(log)) == 4 and set(before[2:]) <= set(lines(log)),
          'one again: the others stay', (r, before, lines(log)))
    w[2].end()
    liar = Liar(5, 200, '— witness.example/w5 AAAAAAAAAAAAAAAA\n'.encode())
    p = policy(key, 2, *w, liar)
    add(log, 7, 300)
    r = run('log', 'cosign', log, '--trust', p)
    check(r.returncode == 0 and len(lines(log)) == 3, 'one dead, one lies: two of four', r)
    check(r.stderr.count('\n') == 2 and 'w4' in r.stderr and 'w5' in r.stderr, 'and says which', r.stderr)
    p3 = policy(key, 3, *w, liar, name='policy3')
    r = run('log', 'cosign', log, '--trust', p3)
    check(r.returncode == 17 and len(lines(log)) == 3, 'too few: 17, and what there is stays', r)
    for status, body, want, what in (
            (404, b'', 17, '404'), (403, b'', 17, '403'), (500, b'', 17, '500'),
            (409, b'', 17, '409 without a size'), (409, b'99999\n', 30, 'it saw a larger tree'),
            (422, b'', 30, 'it saw another tree'), (409, b'5\n', 17, '409 for ever'),
            (200, b'x' * 300000, 17, 'too much')):
        bad = Liar(6, status, body)
        r = run('log', 'cosign', log, '--witness', f'{bad.vkey} {bad.url}')
        check(r.returncode == want and len(lines(log)) == 3, f'a witness that says: {what}', r)
        bad.end()
    held(log, p, p3)
    bad = Liar(6, 422, b'')
    r = run('log', 'cosign', log, '--trust', policy(key, 2, *w[:2], bad, name='policy4'))
    check(r.returncode == 30 and 'the quorum is there' in r.stdout and len(lines(log)) == 3,
          'one says that the past was changed: told, and it cannot stop the others', r)
    bad.end()
    meanwhile(log, key)
    r = run('log', 'cosign', log, '--trust', p)
    check(r.returncode == 0 and len(lines(log)) == 4, 'and the others add theirs', r)
    r = run('log', 'cosign', log)
    check(r.returncode == 3, 'nobody to ask', r)
    r = run('log', 'cosign', work / 'none', '--trust', p)
    check(r.returncode == 2, 'no log', r)
    # The log was restored from an old copy and continued: the witnesses have seen more.
    old = work / 'old'
    run('log', 'init', old, '--origin', 'log.example/candor', '--key',
        work / 'log.private' / 'key')
    add(old, 1000, 5)
    r = run('log', 'cosign', old, '--trust', policy(key, 2, *w[:2], name='policy2'))
    check(r.returncode == 30 and len(lines(old)) == 1, 'a log that lost its past is told', r)
    go(log, key, w)
    for x in w[:2]:
        x.end()
    return key


def held(log, p, p3):
    """A held checkpoint is shown when it has its quorum, and not before."""
    before = (log / 'checkpoint').read_bytes()
    f = work / 'held'
    f.write_text('held')
    run('log', 'add', log, f)
    r = run('log', 'checkpoint', log, '--hold')
    check(r.returncode == 0 and r.stdout.startswith('held 308 entries'), 'held', r)
    r = run('log', 'cosign', log, '--trust', p3)
    check(r.returncode == 17 and (log / 'checkpoint').read_bytes() == before, 'too few: it stays held', r)
    note = (log.with_name('log.private') / 'held').read_text()
    check(len(note.split('\n\n')[1].splitlines()) == 3, 'with what two of them gave', note)
    r = run('log', 'cosign', log, '--trust', p)
    check(r.returncode == 0 and len(lines(log)) == 3 and b'\n308\n' in (log / 'checkpoint').read_bytes() and
          not (log.with_name('log.private') / 'held').exists(), 'enough: everybody sees it', r)
    r = run('log', 'verify', log, '--trust', p)
    check(r.returncode == 0, 'and it is whole', r)


def meanwhile(log, key):
    """Signatures for one checkpoint never come under another."""
    def ask(happens, name):
        w = Meanwhile(7, happens)
        r = run('log', 'cosign', log, '--trust', policy(key, 1, w, name=name))
        w.end()
        return r, w
    r, w = ask(lambda: add(log, 400, 1), 'm1')
    check(r.returncode == 26 and len(lines(log)) == 1, 'another checkpoint was signed meanwhile', r)
    r, w = ask(lambda: add(log, 401, 1, '--hold'), 'm2')
    check(r.returncode == 0 and len(lines(log)) == 2 and (log.with_name('log.private') / 'held').exists(),
          'another one is held meanwhile: the published one gets its signature', r)
    r, w = ask(lambda: run('log', 'checkpoint', log), 'm3')
    check(r.returncode == 0 and len(lines(log)) == 2, 'what was held was put up by somebody else meanwhile', r)
    r = run('log', 'verify', log, '--trust', work / 'm3')
    check(r.returncode == 0, 'and all of it holds', r)


def go(log, key, w):
    """x/mod's note.Open reads the cosigned checkpoint with the log's key."""
    if subprocess.run(['sh', '-c', 'command -v go && test -d /usr/share/gocode/src/golang.org/x/mod'],
                      capture_output=True).returncode:
        check(True, 'x/mod opens it # SKIP no Debian golang-golang-x-mod-dev')
        return
    src = work / 'main.go'
    src.write_text('''package main
import ("fmt"; "os"; "golang.org/x/mod/sumdb/note")
func main() {
	b, _ := os.ReadFile(os.Args[1])
	v, err := note.NewVerifier(os.Args[2])
	if err != nil { panic(err) }
	n, err := note.Open(b, note.VerifierList(v))
	if err != nil { fmt.Println(err); os.Exit(1) }
	fmt.Println(len(n.Sigs), len(n.UnverifiedSigs))
}
''')
    r = subprocess.run(['go', 'run', src, log / 'checkpoint', key], capture_output=True, text=True, timeout=240,
                       env={**os.environ, 'GO111MODULE': 'off', 'GOPATH': '/usr/share/gocode', 'GOFLAGS': '',
                            'GOCACHE': os.environ.get('GOCACHE', '/tmp/candor-gocache')})
    check(r.stdout == '1 3\n', "x/mod's note.Open reads it: one signature, three of others", r)


def killed(times, key):
    """kill -9 of cosign: the checkpoint is always whole, and no cosignature is lost."""
    log, w = work / 'log', [Witness(i, key) for i in (2, 3)]
    p = policy(key, 2, *w, name='policyk')
    dice, bad, size, done = random.Random(1), [], 310, 0
    span = time.monotonic()
    run('log', 'cosign', log, '--trust', p)
    span = time.monotonic() - span  # what it takes here: kills fall in it
    for i in range(times):
        if i % 5 == 0:
            add(log, size, 1, *(['--hold'] if i % 10 else []))
            size += 1
        before = lines(log)
        c = subprocess.Popen([candor, 'log', 'cosign', log, '--trust', p],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.random() * span * 1.2)
        c.send_signal(signal.SIGKILL)
        done += c.wait() == 0
        after = lines(log)
        names = [{l.split()[1] for l in x} for x in (before, after)]
        if not names[0] <= names[1]:
            bad.append((before, after))
        if i % 25 == 0 and run('log', 'verify', log).returncode:
            bad.append('does not verify')
    check(not bad, f'killed {times} times nothing is lost, and nothing shown too early', bad[:3])
    r = run('log', 'cosign', log, '--trust', p)
    check(r.returncode == 0 and len(lines(log)) == 3, 'and then it goes on', r)
    print(f'# {done} of them were done before')
    left = [f.name for f in log.rglob('*') if f.is_file() and not re.match(r'checkpoint$|[x\d]+$', f.name)]
    print(f'# left over: {len(left)}')
    for x in w:
        x.end()


def full_disk():
    """A small tmpfs: the checkpoint stays as it was, held or not, until there is room."""
    disk, name = work / 'disk', 'log.example/full'
    disk.mkdir()
    if os.geteuid() or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', str(disk)],
                                      capture_output=True).returncode:
        check(True, 'a full disk # SKIP needs root and mount')
        return
    log, filler = disk / 'log', disk / 'filler'
    try:
        key = run('log', 'init', log, '--origin', name).stdout.strip()
        w = [Witness(i, key, work / f'full{i}') for i in (2, 3)]
        p, bad, size, refused = policy(key, 2, *w, name='policyf'), [], 0, 0
        for hold in ([], ['--hold'], []):
            add(log, size, 3, *hold)
            size += 3
            for left in range(20):
                with open(filler, 'wb', buffering=0) as f:
                    try:
                        while True:
                            f.write(b'x' * 4096)
                    except OSError:
                        pass
                os.truncate(filler, max(0, filler.stat().st_size - 4096 * left))
                before = (log / 'checkpoint').read_bytes()
                r = run('log', 'cosign', log, '--trust', p)
                filler.unlink()
                after = (log / 'checkpoint').read_bytes()
                if r.returncode == 0:
                    break
                refused += 1
                if r.returncode != 2 or after != before or 'o space' not in r.stderr:
                    bad.append((left, r))
            if len(lines(log)) != 3 or f'\n{size}\n' not in (log / 'checkpoint').read_text():
                bad.append(lines(log))
        r = run('log', 'verify', log, '--trust', p)
        check(not bad and refused > 2 and r.returncode == 0, f'a full disk: {refused} refusals, nothing lost', (bad, r))
        for x in w:
            x.end()
    finally:
        subprocess.run(['umount', str(disk)])


try:
    killed(kills, story())
    full_disk()
finally:
    subprocess.run(['rm', '-rf', str(work)])
done()
