#!/usr/bin/env python3
"""kill.py CANDOR SELFTEST ROUNDS - updates that are killed, or find the disk full. TAP.

Whatever instant kill -9 comes at, and whatever byte the disk is full at: the release in use
is the old one or the new one, whole, and the next update works.
"""
import hashlib
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import ok, done  # noqa: E402

candor, selftest, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
RELEASES = 12


class World:
    def __init__(self, folder, state=None):
        self.dir = pathlib.Path(folder)
        self.state = pathlib.Path(state or self.dir / 'state')
        subprocess.run([selftest, 'lab', folder, str(RELEASES)], check=True)

    def offer(self, n):
        stable = self.dir / 'site/rules/stable'
        shutil.copy(stable / str(n), stable / 'new')
        os.rename(stable / 'new', stable / 'latest')

    def command(self, *more):
        return [candor, 'update', f'--config={self.dir}/client/candor.conf',
                f'--state={self.state}', *more, str(self.dir / 'site')]

    def update(self, **more):
        return subprocess.run(self.command(), capture_output=True, text=True, timeout=60, **more)

    def current(self):
        """(sequence, what is wrong): all that a scan would use, checked byte by byte."""
        link = self.state / 'stable/current'
        if not os.path.lexists(link):
            return 0, None
        try:
            about = dict(l.split(' ', 1) for l in (link / 'about').read_text().splitlines())
            archive = (link / 'archive').read_bytes()
            if hashlib.sha256(archive).hexdigest() != about['archive']:
                return 0, 'the archive is another'
            if (link / 'database').stat().st_size < 100 or not (link / 'proof').read_bytes():
                return 0, 'a file is empty'
            if not os.readlink(link).startswith(f'releases/{about["sequence"]}-'):
                return 0, 'the link leads to another release'
            return int(about['sequence']), None
        except (OSError, ValueError, KeyError) as e:
            return 0, f'{type(e).__name__}: {e}'

    def seen(self):
        f = self.state / 'stable/seen'
        if not f.exists():
            return 0
        return max([int(l.split()[1]) for l in f.read_text().splitlines() if l.startswith('release ')] or [0])

    def leftovers(self):
        return [p.name for d in ('stable', 'stable/releases') for p in (self.state / d).iterdir()
                if p.name.startswith('.')]


def killed(world):
    """Random instants, in update after update; from an empty folder now and then."""
    seed = random.randrange(1 << 32)
    rnd = random.Random(seed)
    wrong, hits, finished = [], 0, 0
    world.offer(1)
    start = time.monotonic()
    world.update()
    usual = time.monotonic() - start
    now = 1
    for i in range(rounds):
        if now == RELEASES:
            shutil.rmtree(world.state)
            now = 0
        world.offer(now + 1)
        p = subprocess.Popen(world.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rnd.random() * usual * 1.1)
        p.kill()
        hits += p.wait() < 0
        sequence, why = world.current()
        if why or sequence not in (now, now + 1):
            wrong.append(f'round {i}: {sequence} after {now}: {why}')
            break
        if world.seen() < sequence:
            wrong.append(f'round {i}: {sequence} is in use, and {world.seen()} was seen')
        finished += sequence == now + 1
        now = sequence
    last = world.update()
    if last.returncode or world.current()[1] or world.leftovers():
        wrong.append(f'at the end: {last.returncode} {last.stderr} {world.current()} {world.leftovers()}')
    ok(f'kill -9 at {rounds} instants: no half state, nothing lost', not wrong and hits > rounds // 3,
       f'seed {seed}, {hits} killed\n' + '\n'.join(wrong))
    print(f'# {hits} of {rounds} were killed before their end, {finished} had changed the release')


def full(world, name, update, codes):
    wrong, refused, first = [], 0, None
    for n in range(1, 3):
        world.offer(n)
        r = world.update()
        if r.returncode:
            wrong.append(r.stderr)
    world.offer(3)
    for step in range(60):
        r, done = update(step)
        sequence, why = world.current()
        if why or sequence != (3 if r.returncode == 0 else 2):
            wrong.append(f'step {step}: exit {r.returncode}, {sequence}, {why}: {r.stderr}')
        if r.returncode == 0:
            break
        refused += 1
        first = first or r.stderr.strip().split('\n')[0]
        if r.returncode not in codes:
            wrong.append(f'step {step}: exit {r.returncode}: {r.stderr}')
        if done:
            break
    r = world.update()
    if r.returncode or world.current() != (3, None) or world.leftovers():
        wrong.append(f'at the end: {r.returncode} {r.stderr} {world.current()} {world.leftovers()}')
    ok(f'{name}: the old release stays ({refused} refusals)', not wrong and refused > 0, '\n'.join(wrong))
    print(f'# {first}')


def limited(world):
    def update(step):
        limit = step * max(400, (world.state / 'stable/current/database').stat().st_size // 30)

        def set_limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return world.update(preexec_fn=set_limit), False
    # files in memory count, too: often the compiler is the first to meet the limit
    full(world, 'a limit on files', update, (2, 52, 53, 54))


def small_disk(folder):
    disk = os.path.join(folder, 'disk')
    os.mkdir(disk)
    if os.getuid() or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', disk],
                                     capture_output=True).returncode:
        print('ok - # SKIP only root can make a small disk')
        return True
    try:
        os.mkdir(os.path.join(folder, 'w'))
        world = World(os.path.join(folder, 'w'), state=os.path.join(disk, 'state'))
        filler = pathlib.Path(disk) / 'filler'

        def update(step):
            # all of it, then a page less each time
            f = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            try:
                while True:
                    os.write(f, b'x' * 4096)
            except OSError:
                os.close(f)
            size = filler.stat().st_size
            os.truncate(filler, max(0, size - step * 4096))
            r = world.update()
            os.unlink(filler)
            return r, False
        full(world, 'a full disk', update, (2,))
    finally:
        subprocess.run(['umount', disk])


with tempfile.TemporaryDirectory(prefix='candor-kill-') as d:
    os.chmod(d, 0o755)
    for name in ('a', 'b', 'c'):
        os.mkdir(os.path.join(d, name))
    killed(World(os.path.join(d, 'a')))
    limited(World(os.path.join(d, 'b')))
    if small_disk(os.path.join(d, 'c')):
        count += 1
done()
