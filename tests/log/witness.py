#!/usr/bin/env python3
"""witness.py CANDOR [--kills N] - a witness as logs meet it: HTTP, crashes, full disks.

Prints TAP. Everything on loopback, in a folder of its own. The log that asks is made here
from the RFC, so that it does not share a mistake with the C code.
"""
import base64
import concurrent.futures
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

from tlog import Log, check_cosignature, signer, vkey

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402

candor = str(pathlib.Path(sys.argv[1]).resolve())
kills = int(sys.argv[sys.argv.index('--kills') + 1]) if '--kills' in sys.argv else 25
work = pathlib.Path(tempfile.mkdtemp(prefix='candor-witness-'))


class Witness:
    """One running witness; its state folder outlives it."""

    def __init__(self, log, state, who=2, extra=()):
        key = work / f'w{who}.key'
        if not key.exists():
            key.write_text(signer(f'witness.example/w{who - 1}', 4, bytes([who] * 32)) + '\n')
            key.chmod(0o600)
        self.vkey = vkey(f'witness.example/w{who - 1}', 4, bytes([who] * 32))
        self.err = open(work / 'stderr', 'ab')
        self.run = subprocess.Popen(
            [candor, 'witness', '--listen', '127.0.0.1:0', '--key', str(key), '--state',
             str(state), '--log', log.vkey, *extra], stdout=subprocess.PIPE, stderr=self.err, text=True)
        line = self.run.stdout.readline()
        m = re.fullmatch(r'listening at http://127\.0\.0\.1:(\d+)\n', line)
        if not m:
            raise RuntimeError(f'it says {line!r}: {(work / "stderr").read_text()}')
        self.port = int(m[1])
        assert self.run.stdout.readline() == self.vkey + '\n'

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        try:
            c.request(method, path, body)
            r = c.getresponse()
            return r.status, r.getheader('Content-Type'), r.read()
        finally:
            c.close()

    def add(self, log, old, size, note=None):
        return self.ask('POST', '/add-checkpoint', log.request(old, size, note))

    def end(self, sig=signal.SIGTERM):
        self.run.send_signal(sig)
        code = self.run.wait(20)
        self.run.stdout.close()
        self.err.close()
        return code


def exchange():
    log = Log('log.example/candor', bytes([1] * 32))
    w = Witness(log, work / 'state1')
    path = f'/{hashlib.sha256(log.origin.encode()).hexdigest()}/checkpoint'
    check(w.ask('GET', path)[0] == 404, 'nothing was cosigned yet')
    status, kind, body = w.add(log, 0, 3)
    check(status == 200 and kind.startswith('text/plain'), 'the first checkpoint', body)
    check(check_cosignature(body, w.vkey, log.text(3)), 'its cosignature holds', body)
    check(w.add(log, 0, 7) == (409, 'text/x.tlog.size', b'3\n'), 'how far are you')
    check(w.add(log, 3, 7)[0] == 200, 'it grows')
    status, kind, body = w.ask('GET', path)
    check(status == 200 and body.startswith(log.note(7)), 'what it cosigned last is shown', body)
    check(w.add(log, 3, 5)[0] == 409 and w.add(log, 7, 5)[0] == 400, 'it does not shrink')
    fork = Log('log.example/candor', bytes([1] * 32), 'another entry {}')
    check(w.add(fork, 7, 9)[0] == 422, 'a fork is refused')
    check(w.add(fork, 7, 7)[0] == 422, 'a second root for one size is refused')
    name = hashlib.sha256(log.origin.encode()).hexdigest()
    check((work / 'state1' / (name + '.fork')).read_bytes() == fork.note(7), 'and kept as evidence')
    other = Log('log.example/other', bytes([1] * 32))
    check(w.add(other, 0, 3)[0] == 404, 'another log is not known')
    stranger = Log('log.example/candor', bytes([9] * 32))
    check(w.add(stranger, 7, 9)[0] == 403, 'another key is not believed')
    check(w.ask('POST', '/add-checkpoint', b'')[0] == 400, 'an empty request')
    c = http.client.HTTPConnection('127.0.0.1', w.port, timeout=30)
    c.putrequest('POST', '/add-checkpoint')
    c.putheader('Content-Length', str(2 << 20))
    c.endheaders()
    check(c.getresponse().status == 413, 'a huge request is refused before it is sent')
    c.close()
    check(w.ask('GET', '/add-checkpoint')[0] == 405, 'GET')
    check(w.ask('GET', '/' + '0' * 64 + '/checkpoint')[0] == 404, 'the checkpoint of another log')
    check(w.ask('GET', '/../../etc/passwd')[0] == 404, 'a path out of it')
    c = http.client.HTTPConnection('127.0.0.1', w.port, timeout=30)
    said = []
    for old, size in ((7, 8), (8, 9), (9, 9)):
        c.request('POST', '/add-checkpoint', log.request(old, size))
        r = c.getresponse()
        said.append((r.status, r.read() and r.isclosed()))
    check([s for s, _ in said] == [200] * 3, 'three requests on one connection', said)
    c.close()
    check(w.end() == 0, 'SIGTERM ends it well')
    w = Witness(log, work / 'state1')
    check(w.add(log, 0, 10) == (409, 'text/x.tlog.size', b'9\n'), 'it remembers after a restart')
    second = subprocess.run([candor, 'witness', '--listen', '127.0.0.1:0', '--key', str(work / 'w2.key'),
                             '--state', str(work / 'state1'), '--log', log.vkey],
                            capture_output=True, text=True, timeout=20)
    check(second.returncode == 26, 'one folder, one witness', second)
    check(w.end() == 0, 'and ends')


def race():
    """Many at once, for the same next size: one wins, the others hear 409."""
    log = Log('log.example/candor', bytes([1] * 32))
    fork = Log('log.example/candor', bytes([1] * 32), 'another entry {}')
    w = Witness(log, work / 'state2')
    said = []
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for size in range(1, 21):
            asks = [pool.submit(w.add, log, size - 1, size) for _ in range(8)]
            said.append(sorted(f.result()[0] for f in asks))
        check(said == [[200] + [409] * 7] * 20, 'of eight one wins, twenty times', said)
        check(w.end() == 0, 'and ends')
        w = Witness(log, work / 'state2b')
        asks = [pool.submit(w.add, (log, fork)[i % 2], 0, 5) for i in range(16)]
        said = sorted(f.result()[0] for f in asks)
        check(said == [200] + [409] * 15, 'of two histories one wins', said)
        check(w.end() == 0, 'and ends')


def killed(times):
    """kill -9 at random instants, under requests of two histories."""
    log = Log('log.example/candor', bytes([1] * 32))
    fork = Log('log.example/candor', bytes([1] * 32), 'another entry {}')
    dice = random.Random(1)
    state = work / 'state3'
    signed = {}  # size: root, of every cosignature that left
    top = late = 0
    bad = []

    def stream(w):
        """Asks until the witness dies; what it signed is noted when it arrives."""
        nonlocal top
        try:
            while True:
                size = top + dice.randrange(0, 3)
                if top > 0 and dice.random() < 0.2:
                    if w.add(fork, top, size)[0] == 200:
                        bad.append(f'signed another tree of {size}')
                    continue
                status, _, body = w.add(log, top, size)
                if status == 200:
                    if signed.setdefault(size, log.root(size)) != log.root(size):
                        bad.append(f'two roots of size {size}')
                    top = size
                elif status == 409:
                    if int(body) < top:
                        bad.append(f'forgot {top}, says {int(body)}')
                        return
                    top = int(body)
                else:
                    bad.append(f'{status} {body}')
                    return
        except (OSError, http.client.HTTPException):
            return  # it was killed

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for _ in range(times):
            w = Witness(log, state)
            asks = pool.submit(stream, w)
            time.sleep(dice.random() * 0.03)
            w.end(signal.SIGKILL)
            asks.result()
            late += (state / 'new').exists()
    check(not bad, f'killed {times} times it forgets nothing and signs one history', bad[:5])
    print(f'# {len(signed)} heads cosigned up to size {top}; {late} kills left a half file')
    w = Witness(log, state)
    # what it remembered and could not say any more counts, too
    last = w.add(log, 0, 1)[2]
    check(top <= int(last) <= top + 2, 'the last is what it signed last', (top, last))
    check(w.end() == 0, 'and ends')


def full_disk():
    """A tmpfs of 16 kB: no signature leaves that is not remembered."""
    disk = work / 'disk'
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ['mount', '-t', 'tmpfs', '-o', 'size=16k', 'none', str(disk)], capture_output=True).returncode:
        check(True, 'a full disk # SKIP needs root and mount')
        return
    try:
        log = Log('log.example/candor', bytes([1] * 32))
        w = Witness(log, disk / 'state')
        check(w.add(log, 0, 3)[0] == 200, 'there is room')
        filler = open(disk / 'filler', 'wb', buffering=0)
        try:
            while True:
                filler.write(b'x' * 512)
        except OSError:
            pass
        status, _, body = w.add(log, 3, 7)
        check(status == 500 and b'\xe2\x80\x94' not in body, 'a full disk: no signature', (status, body))
        check(w.add(log, 0, 7) == (409, 'text/x.tlog.size', b'3\n'), 'it still knows what it knew')
        filler.close()
        (disk / 'filler').unlink()
        check(w.add(log, 3, 7)[0] == 200, 'room again: it goes on')
        check(w.end() == 0, 'and ends')
    finally:
        subprocess.run(['umount', str(disk)])


def cage():
    """What the running process can still do, as the kernel tells."""
    log = Log('log.example/candor', bytes([1] * 32))
    w = Witness(log, work / 'state5')
    w.add(log, 0, 1)  # it has answered, so it is locked in
    status = pathlib.Path(f'/proc/{w.run.pid}/status').read_text()
    have = dict(re.findall(r'^(\w+):\s+(\S+)', status, re.M))
    check(have['NoNewPrivs'] == '1', 'no_new_privs')
    check(have['Seccomp'] == '2', 'a system call filter')
    check(int(have['CapEff'], 16) == int(have['CapPrm'], 16) == 0, 'no capability')
    check(have['Threads'] == '1', 'one thread')
    w.end()
    bad = work / 'open.key'
    bad.write_text((work / 'w2.key').read_text())
    bad.chmod(0o644)
    for name, args, code in (
            ('a key that others can read', ['--key', str(bad), '--log', log.vkey], 15),
            ('no such key', ['--key', str(work / 'none'), '--log', log.vkey], 2),
            ('a log key', ['--key', str(work / 'log.key'), '--log', log.vkey], 15),
            ('no log', ['--key', str(work / 'w2.key')], 3),
            ('a vkey that is none', ['--key', str(work / 'w2.key'), '--log', 'x'], 15),
            ('an address that is none', ['--key', str(work / 'w2.key'), '--log', log.vkey,
                                         '--listen', 'here'], 3)):
        (work / 'log.key').write_text(signer('log.example/candor', 1, bytes([1] * 32)) + '\n')
        (work / 'log.key').chmod(0o600)
        run = subprocess.run([candor, 'witness', '--state', str(work / 'state6'), *args],
                             capture_output=True, text=True, timeout=20)
        check(run.returncode == code and run.stderr.count('\n') >= 1, name, run)
    policy = work / 'policy'
    policy.write_text(f'log {log.vkey}\nquorum none\n')
    w = Witness(log, work / 'state7', extra=['--policy', str(policy)])
    check(w.add(log, 0, 1)[0] == 200, 'the logs of a policy')
    w.end()


try:
    exchange()
    race()
    cage()
    full_disk()
    killed(kills)
finally:
    subprocess.run(['rm', '-rf', str(work)])
done()
