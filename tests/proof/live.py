#!/usr/bin/env python3
"""live.py CANDOR [verbs] - the real thing on loopback: nginx, three witnesses, thirty releases. TAP.

The publisher is this script with openssl(1), so what candor installs was made by another
program; with "verbs" it is candor publish. One witness is killed after ten releases; after twenty another is replaced by a
liar who has its key and signs whatever it is shown.
"""
import base64
import hashlib
import http.server
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'log'))
from tlog import key_id, line, public, sign, signer, vkey  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import ok, done  # noqa: E402

candor = str(pathlib.Path(sys.argv[1]).resolve())
ORIGIN, RELEASES = 'live.example/log', 30
LOG_SEED, PUBLISHER_SEED = bytes([1] * 32), bytes([9] * 32)
EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR' + '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'


def run(*args):
    return subprocess.run([candor, *map(str, args)], capture_output=True, text=True, timeout=120)


def must(*args):
    r = run(*args)
    assert r.returncode == 0, r
    return r


# --- the publisher -------------------------------------------------------------------

def ustar(name, content):
    """The one form of docs/release.md, for a single short name."""
    head = bytearray(512)
    for at, field in ((0, name.encode()), (100, b'0000644'), (108, b'0000000'), (116, b'0000000'),
                      (124, b'%011o' % len(content)), (136, b'%011o' % 0), (156, b'0'),
                      (257, b'ustar'), (263, b'00'), (329, b'0000000'), (337, b'0000000')):
        head[at:at + len(field)] = field
    head[148:156] = b' ' * 8
    head[148:156] = b'%06o\0 ' % sum(head)
    return bytes(head) + content + bytes(-len(content) % 512 + 1024)


class Publisher:
    def __init__(self, work, log):
        self.work, self.log = work, log
        self.site = work / 'site'
        self.previous, self.sequence = 'none', 0
        self.name = 'live.example/publisher'
        self.vkey = vkey(self.name, 1, PUBLISHER_SEED)

    def blob(self, site, data):
        digest = hashlib.sha256(data).hexdigest()
        (site / 'blob').mkdir(parents=True, exist_ok=True)
        (site / 'blob' / digest).write_bytes(data)
        return f'{digest} {len(data)}'

    def source(self, sequence):
        return '// release %d\n' % sequence + ''.join(
            f'rule r{i} {{ strings: $a = "candor live {i} {sequence}" condition: $a }}\n' for i in range(20)) + \
            'rule eicar { strings: $a = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" condition: $a }\n'

    def statement(self, site, sequence, previous):
        archive = self.blob(site, ustar('live.yar', self.source(sequence).encode()))
        diff = self.blob(site, b'release %d\n' % sequence)
        date = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        return (f'candor statement 1\ntype rules\nchannel stable\nsequence {sequence}\nprevious {previous}\n'
                f'date {date}\nnot-after none\narchive {archive}\ndiff {diff}\nrules 21\nadded {21 if sequence == 1 else 1}\nchanged 0\n'
                'removed 0\n').encode()

    def entry(self, text):
        note = text + b'\n' + line(self.name, key_id(self.name, 1, public(PUBLISHER_SEED)),
                                   sign(PUBLISHER_SEED, text))
        f = self.work / 'entry'
        f.write_bytes(note)
        return f, note

    def show(self, log, site, index, note):
        """latest: the log's proof with the entry in it."""
        r = must('log', 'proof', log, index)
        head, rest = r.stdout.split('\n', 1)
        rest = re.sub(r'\Aextra [^\n]*\n', '', rest)
        stable = site / 'rules/stable'
        stable.mkdir(parents=True, exist_ok=True)
        (stable / 'new').write_text(f'{head}\nextra {base64.b64encode(note).decode()}\n{rest}')
        shutil.copy(stable / 'new', stable / str(index + 1))
        os.rename(stable / 'new', stable / 'latest')

    def publish(self, policy):
        self.sequence += 1
        text = self.statement(self.site, self.sequence, self.previous)
        self.previous = hashlib.sha256(text).hexdigest()
        f, note = self.entry(text)
        must('log', 'add', self.log, f)
        must('log', 'checkpoint', self.log)
        r = run('log', 'cosign', self.log, '--trust', policy, '--timeout', 5)
        if r.returncode == 0:
            self.show(self.log, self.site, self.sequence - 1, note)
        return r


class Verbs(Publisher):
    """The same releases, by candor publish: nothing is shown before it has its quorum."""

    def __init__(self, work, log):
        super().__init__(work, log)
        self.rules, self.key = work / 'rules', work / 'publisher.key'
        self.rules.mkdir()
        self.key.write_text(signer(self.name, 1, PUBLISHER_SEED) + '\n')
        self.key.chmod(0o600)

    def publish(self, policy):
        self.sequence += 1
        (self.rules / 'live.yar').write_text(self.source(self.sequence))
        return run('publish', 'rules', self.rules, '--log', self.log, '--site', self.site, '--key', self.key,
                   '--trust', policy, '--timeout', 5)


# --- witnesses ---------------------------------------------------------------------------

class Witness:
    def __init__(self, work, who, log_key):
        self.name, self.seed = f'witness.example/w{who}', bytes([0x20 + who] * 32)
        self.vkey = vkey(self.name, 4, self.seed)
        key = work / f'w{who}.key'
        key.write_text(signer(self.name, 4, self.seed) + '\n')
        key.chmod(0o600)
        self.run = subprocess.Popen(
            [candor, 'witness', '--listen', '127.0.0.1:0', '--key', key, '--state', work / f'w{who}',
             '--log', log_key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.run.stdout.readline().split()[-1]

    def end(self):
        self.run.send_signal(signal.SIGKILL)
        self.run.wait()


def cosign(witness, text):
    when = int(time.time())
    message = f'cosignature/v1\ntime {when}\n'.encode() + text
    return line(witness.name, key_id(witness.name, 4, public(witness.seed)),
                when.to_bytes(8, 'big') + sign(witness.seed, message))


class Liar:
    """Has a witness's key, and signs what it is shown."""

    def __init__(self, witness):
        self.name, self.seed, self.vkey, me = witness.name, witness.seed, witness.vkey, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                note = body.split(b'\n\n', 1)[1]
                answer = cosign(me, note.rsplit(b'\n\n', 1)[0] + b'\n')
                self.send_response(200)
                self.send_header('Content-Length', str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def write_policy(path, log_key, url, witnesses):
    path.write_text(f'log {log_key}{" " + url if url else ""}\n' + ''.join(
        f'witness w{i + 1} {w.vkey} {w.url}\n' for i, w in enumerate(witnesses)) +
        'group two 2 w1 w2 w3\nquorum two\n')
    return path


# --- the server ----------------------------------------------------------------------------

def start_nginx(work):
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    temp = ' '.join(f'{n}_temp_path {work}/nginx/{n};' for n in
                    ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
    (work / 'nginx').mkdir()
    # as docs/log.md and docs/release.md say: plain files, nothing else
    (work / 'nginx/conf').write_text(
        f'daemon off; master_process off; pid {work}/nginx/pid; error_log {work}/nginx/error;\n'
        f'events {{}} http {{ access_log {work}/nginx/access; {temp} default_type application/octet-stream;\n'
        f'server {{ listen 127.0.0.1:{port}; root {work}/site;\n'
        f'location /log/ {{ alias {work}/log/; }} location /evil/log/ {{ alias {work}/fork/; }}\n'
        f'location /evil/ {{ alias {work}/evil/; }} }} }}\n')
    p = subprocess.Popen(['nginx', '-c', work / 'nginx/conf', '-p', work], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return p, f'http://127.0.0.1:{port}'
        except OSError:
            time.sleep(0.05)
    raise RuntimeError('nginx does not start: ' + (work / 'nginx/error').read_text())


# --- the story -----------------------------------------------------------------------------

class Client:
    def __init__(self, work, url, publisher, policy):
        self.dir, self.url = work / 'client', url
        self.dir.mkdir()
        (self.dir / 'candor.conf').write_text(f'url = {url}\npublisher = {publisher.vkey}\nstate = state\n'
                                              'max-age = 1h\ndeadline = 20s\n')
        shutil.copy(policy, self.dir / 'trust')

    def update(self, *more):
        return run('update', '--config', self.dir / 'candor.conf', *more)

    def sequence(self):
        f = self.dir / 'state/stable/current/about'
        return int(re.search(r'^sequence (\d+)$', f.read_text(), re.M)[1]) if f.exists() else 0


def evil_site(work, publisher, client, witnesses, size):
    """The log's owner shows one client another log, which these witnesses cosign."""
    for name in ('fork', 'fork.private', 'evil'):
        shutil.rmtree(work / name, ignore_errors=True)
    for name in ('', '.private'):
        shutil.copytree(work / f'log{name}-20', work / f'fork{name}')
    for sequence in range(21, size + 1):
        f, note = publisher.entry(publisher.statement(work / 'evil', sequence, 'f' * 64))
        must('log', 'add', work / 'fork', f)
    must('log', 'checkpoint', work / 'fork')
    checkpoint = work / 'fork/checkpoint'
    signed = checkpoint.read_bytes()
    for w in witnesses:
        signed += cosign(w, signed.split(b'\n\n')[0] + b'\n')
    checkpoint.write_bytes(signed)
    publisher.show(work / 'fork', work / 'evil', size - 1, note)
    return client.update(client.url + '/evil')


def story(work):
    (work / 'log.key').write_text(signer(ORIGIN, 1, LOG_SEED) + '\n')
    (work / 'log.key').chmod(0o600)
    log_key = vkey(ORIGIN, 1, LOG_SEED)
    must('log', 'init', work / 'log', '--origin', ORIGIN, '--key', work / 'log.key')
    witnesses = [Witness(work, i, log_key) for i in (1, 2, 3)]
    (work / 'site').mkdir()
    publisher = (Verbs if sys.argv[2:] == ['verbs'] else Publisher)(work, work / 'log')
    nginx, url = start_nginx(work)
    try:
        policy = write_policy(work / 'policy', log_key, None, witnesses)
        client = Client(work, url, publisher, policy)
        chapters(work, publisher, client, witnesses, policy, log_key)
    finally:
        nginx.kill()
        nginx.wait()
        for w in witnesses:
            w.end()


def ten(publisher, policy, client, name):
    wrong = []
    for i in range(10):
        r = publisher.publish(policy)
        wrong += [r] if r.returncode else []
        if i in (0, 4, 9):
            r = client.update()
            wrong += [r] if r.returncode or client.sequence() != publisher.sequence else []
    ok(name, not wrong, '\n'.join(map(str, wrong)))


def chapters(work, publisher, client, witnesses, policy, log_key):
    ten(publisher, policy, client, 'ten releases, three witnesses, by HTTP')
    r = client.update('--check', '--json')
    ok('all three cosigned', '"cosignatures":3' in r.stdout, r)

    m = monitor(work, client, policy)
    ok('the monitor sees ten', m.returncode == 0 and seen_by(m) == list(range(1, 11)), m)
    witnesses[1].end()
    ten(publisher, policy, client, 'ten more, one witness killed')
    r = client.update('--json')
    ok('two cosigned', '"cosignatures":2' in r.stdout, r)
    for name in ('', '.private'):
        shutil.copytree(work / f'log{name}', work / f'log{name}-20')

    witnesses[2].end()
    liar = Liar(witnesses[2])
    policy = write_policy(work / 'policy', log_key, None, [witnesses[0], witnesses[1], liar])
    client.update()
    r = evil_site(work, publisher, client, [liar], 21)
    ok('another log, which the liar cosigned: too few', r.returncode == 17 and client.sequence() == 20, r)
    ten(publisher, policy, client, 'ten more, one killed and one lying')
    r = evil_site(work, publisher, client, [liar, witnesses[1]], 32)
    ok('another log, cosigned by two stolen keys: not for one who remembers',
       r.returncode == 24 and client.sequence() == RELEASES, r)

    everybody_sees(work, client, policy)
    liar.server.shutdown()
    liar.server.server_close()
    r = publisher.publish(policy)
    ok('without a quorum nothing is published', r.returncode == 17 and publisher.sequence == RELEASES + 1, r)
    r = client.update()
    ok('and the client stays', r.returncode == 0 and client.sequence() == RELEASES, r)
    back = Witness(work, 2, log_key)
    policy = write_policy(work / 'policy', log_key, None, [witnesses[0], back, liar])
    if isinstance(publisher, Verbs):
        publisher.sequence -= 1
        r = publisher.publish(policy)
        ok('the same again, one witness back: it is shown', r.returncode == 0 and
           r.stdout.startswith('finished what was pending: rules stable 31'), r)
        r = client.update()
        ok('and installed', r.returncode == 0 and client.sequence() == RELEASES + 1, r)
    back.end()


def monitor(work, client, policy):
    return run('log', 'monitor', client.url + '/log', '--once', '--state', work / 'monitor', '--trust', policy)


def seen_by(m):
    """The sequences of the releases that it told of."""
    return [int(n) for n in re.findall(r'(?:sequence|stable) (\d+)', m.stdout)]


def everybody_sees(work, client, policy):
    (work / 'eicar').write_text(EICAR)
    r = run('scan', '--config', client.dir / 'candor.conf', work / 'eicar')
    ok('the last release scans', r.returncode == 1 and f'rules: stable {RELEASES} ({ORIGIN} {RELEASES - 1})'
       in r.stderr, r)
    r = run('log', 'verify', client.url + '/log', '--trust', policy)
    ok('the log is whole, read by HTTP', r.returncode == 0 and str(RELEASES) in r.stdout, r)
    m = monitor(work, client, policy)
    ok('the monitor sees the other twenty', m.returncode == 0 and seen_by(m) == list(range(11, RELEASES + 1)), m)
    access = (work / 'nginx/access').read_text()
    agents = set(re.findall(r'"([^"]*)"$', access, re.M))
    ok('the server learnt nothing of the client', agents == {'candor'}, agents)


if not shutil.which('nginx'):
    print('1..0 # SKIP nginx is not installed (Debian: nginx-light)')
    sys.exit(0)
with tempfile.TemporaryDirectory(prefix='candor-live-') as d:
    os.chmod(d, 0o755)
    story(pathlib.Path(d))
done()
