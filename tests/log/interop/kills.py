#!/usr/bin/env python3
"""kills.py CANDOR [--kills N] - a log whose writer is killed, or whose disk is full. TAP.

add and checkpoint are killed with SIGKILL at random instants. After each, and while they
write, the log must verify as a stranger sees it; what was said to be added or published
is there; the writer goes on where it was. Entries are numbered, so a hole would show.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import rig
from rig import ok, run

p = argparse.ArgumentParser()
p.add_argument('candor')
p.add_argument('--kills', type=int, default=500)
p.add_argument('--seed', type=int, default=time.time_ns() % 10**6)
args = p.parse_args()
dice = random.Random(args.seed)


def head_of(log):
    """How many entries are on disk, as the writer's own note tells."""
    return int(pathlib.Path(f'{log.dir}.private/head').read_text().split('\n')[1])


def published(log):
    return int((log.dir / 'checkpoint').read_text().split('\n')[1])


def start(log, kind):
    """Returns the process, and the size that it promises when it ends well."""
    command = [args.candor, 'log', kind, str(log.dir)]
    if kind == 'checkpoint':
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE), log.size
    n = dice.choice((1, 2, 50, 255, 256, 700, 3000))
    child = subprocess.Popen(command + ['--stdin0'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    try:
        child.stdin.write(rig.entries(log.size, log.size + n))
        child.stdin.close()
    except BrokenPipeError:
        pass
    return child, log.size + n


class Reader(threading.Thread):
    """A stranger who verifies over and over; what he sees may only grow."""

    def __init__(self, log):
        super().__init__()
        self.log, self.stop, self.rounds, self.wrong = log, False, 0, []

    def run(self):
        seen = 0
        while not self.stop:
            r = run(args.candor, 'log', 'verify', self.log.dir, '--key', rig.VKEY)
            size = int(r.stdout.split(b', ')[1].split()[0]) if r.returncode == 0 else -1
            if size < seen:
                self.wrong.append(f'after {seen}: {size} {r.stderr.decode()}')
            seen, self.rounds = max(seen, size), self.rounds + 1


def all_there(log, size):
    """Reads the bundles as they lie there, and counts."""
    for n in range((size + 255) // 256):
        number = f'{n:03}' if n < 1000 else f'x{n // 1000:03}/{n % 1000:03}'
        w = min(256, size - n * 256)
        name = log.dir / 'tile/entries' / (number if w == 256 else f'{number}.p/{w}')
        if not name.exists():
            name = log.dir / 'tile/entries' / number
        data, at = name.read_bytes(), 0
        for i in range(w):
            length = int.from_bytes(data[at:at + 2], 'big')
            if data[at + 2:at + 2 + length] != b'candor entry %d' % (n * 256 + i):
                return f'entry {n * 256 + i} is {data[at + 2:at + 2 + length]}'
            at += 2 + length
    return ''


def one_kill(log, span, wrong):
    kind = dice.choice(('add', 'add', 'checkpoint'))
    before, shown = head_of(log), published(log)
    child, promised = start(log, kind)
    time.sleep(dice.random() ** 2 * span)
    child.kill()
    child.wait()
    killed = child.returncode == -signal.SIGKILL
    now, public = head_of(log), published(log)
    good = now in (before, promised) if kind == 'add' else now == before
    good &= shown <= public <= now and (killed or kind == 'checkpoint' or now == promised)
    if not good or (not killed and child.returncode != 0):
        wrong.append(f'{kind}: head {before} to {now} of {promised}, published {shown} to {public}, '
                     f'exit {child.returncode}: {child.stderr.read().decode()}')
    child.stderr.close()
    log.size = now
    return killed


def kills(where):
    log = rig.Log(args.candor, where)
    reader, wrong, killed = Reader(log), [], 0
    began = time.monotonic()
    log.grow(1000)
    span = time.monotonic() - began  # what two commands take here: kills fall in it
    reader.start()
    for _ in range(args.kills):
        killed += one_kill(log, span, wrong)
        if wrong:
            break
    reader.stop = True
    reader.join()
    ok(not wrong, f'{args.kills} ends of writers ({killed} in the middle): nothing is lost', '\n'.join(wrong))
    ok(killed > args.kills // 5, 'many of them in the middle', f'{killed} of {args.kills}, seed {args.seed}')
    ok(not reader.wrong and reader.rounds > 0, f'readers meanwhile see a good log ({reader.rounds} times)',
       '\n'.join(reader.wrong[:5]))
    log.grow(log.size + 300)
    ok(published(log) == log.size, 'the next addition and checkpoint go on')
    ok(not all_there(log, log.size), f'all {log.size} entries are there, in order', all_there(log, log.size))
    left = [str(f) for f in log.dir.rglob('*.tmp')]
    print(f'# seed {args.seed}; {len(left)} temporary files wait to be written over')
    # a file that was begun carries a name that the log needs later, or has already
    good = run(args.candor, 'log', 'verify', log.dir, '--key', rig.VKEY)
    ok(good.returncode == 0, 'and all of it verifies', good.stderr.decode())


def full_disk():
    """In a name space of our own with a small tmpfs; runs this file again inside."""
    inside = f'mount -t tmpfs -o size=600k tmpfs "$1" && exec "$2" "$3" "$4" --kills 0'
    with rig.folder() as where:
        r = run('unshare', '-m', *([] if os.geteuid() == 0 else ['-r']), 'sh', '-c', inside, 'sh', where, sys.executable,
                __file__, args.candor, env=dict(os.environ, SMALL=where))
    if b'disk' not in r.stdout:
        ok(True, 'a full disk # SKIP no name space with a small tmpfs: ' + r.stderr.decode().strip().replace('\n', ' '))
        return
    for line in r.stdout.decode().split('\n'):
        if ' - disk: ' in line:
            ok(not line.startswith('not'), line.split(' - ', 1)[1], r.stdout.decode())


def fill(where):
    log = rig.Log(args.candor, where).grow(300)
    log.must('add', '--stdin0', input=rig.entries(300, 310))
    log.size = 310
    ballast = pathlib.Path(where, 'ballast')
    failed = 0
    for left in (0, 4096, 8192, 12288, 20480, 40960, 65536, 98304):
        room = shutil.disk_usage(where).free - left
        ballast.write_bytes(bytes(max(room, 0)))
        for kind, more in ('add', rig.entries(310, 2000)), ('checkpoint', b''):
            r = log.sub(kind, *(['--stdin0'] if kind == 'add' else []), input=more)
            failed += r.returncode == 2 and b'no space left' in r.stderr
            if r.returncode not in (0, 2) or head_of(log) not in (310, 2000):
                ok(False, f'disk: {kind} with {left} bytes', r.stderr.decode())
            seen = run(args.candor, 'log', 'verify', log.dir, '--key', rig.VKEY)
            if seen.returncode != 0:
                ok(False, f'disk: {kind} with {left} bytes: the log is good', seen.stderr.decode())
        ballast.unlink()
        if head_of(log) != 310:
            break
    log.size = head_of(log)
    ok(failed > 2, f'disk: full {failed} times, and said so')
    ok(not list(log.dir.rglob('*.tmp')), 'disk: what was begun is given back', list(log.dir.rglob('*.tmp')))
    log.grow(2100)
    ok(published(log) == 2100 and not all_there(log, 2100), 'disk: with room again it goes on, and nothing is lost')
    print('# disk')


if os.environ.get('SMALL'):
    fill(os.environ['SMALL'])
    rig.done()
with rig.folder() as where:
    kills(where)
full_disk()
rig.done()
