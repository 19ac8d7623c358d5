#!/usr/bin/env python3
"""hostile.py CANDOR - files that were made to be compared: nothing of them is called identical
or harmless, nothing takes for ever, and whatever happens has a sentence.
"""
import bz2
import gzip
import io
import json
import lzma
import os
import pathlib
import random
import signal
import struct
import subprocess
import tempfile
import time
import zipfile
import zlib

from rig import CANDOR, ROOT, ar, check, compare, deb, finish, found, gz, member, place, tar


def trouble(got, what):
    """Incomplete, with this reason, and exit 2."""
    return got['verdict'] == 'incomplete' and got['exit'] == 2 and not got['complete'] and what in got.get('why', '')


# bombs: what is unpacked is bounded, and what was not seen is said
zeros = gz(b'\0' * (64 << 20))
got = compare(zeros, gz(b'\0' * (64 << 20) + b'x'), '--scratch', '1M')
check('a bomb in gzip', trouble(got, 'larger than is unpacked'), (got['verdict'], found(got)))
got = compare(zeros, gz(b'\0' * (64 << 20) + b'x'))
check('the same with room', got['verdict'] == 'differs' and set(got['classes']) == {'data'}, found(got))
nest = b'x' * 1000
for i in range(30):
    nest = gz(nest, i)
got = compare(nest, nest[:-9] + bytes([nest[-9] ^ 1]) + nest[-8:])
check('a damaged nest', got['verdict'] in ('code', 'incomplete') and not got['complete'], (got['verdict'], got.get('why')))
one, two = b'one\n', b'two\n'
for i in range(40):
    one, two = gz(one), gz(two)
got = compare(one, two)
check('forty in each other', trouble(got, 'too deep'), (got['verdict'], got.get('why')))
z = io.BytesIO()
with zipfile.ZipFile(z, 'w', zipfile.ZIP_DEFLATED) as f:
    for i in range(50):
        f.writestr(f'{i}', b'\0' * (4 << 20))
got = compare(z.getvalue(), z.getvalue()[:-1] + b'x', '--scratch', '2M')
check('a bomb in zip', got['exit'] == 2, (got['verdict'], got.get('why')))
got = compare(tar(*(member(f'{i}') for i in range(30000))), tar(*(member(f'{i}') for i in range(30001))))
check('thirty thousand members', got['verdict'] == 'differs' and len(found(got)) == 1, found(got)[:5])

# no room to unpack: what would need it is said, the rest is compared
run = subprocess.run(['unshare', '-rm', 'true'], capture_output=True)
got = compare(gz(b'1\n'), gz(b'2\n'), '--scratch', '1')
check('no scratch', trouble(got, 'larger than is unpacked'), (got['verdict'], got.get('why')))
got = compare(tar(member('a', b'1\n'), member('b.gz', gz(b'1\n'))), tar(member('a', b'2\n'), member('b.gz', gz(b'2\n'))),
              '--scratch', '1')
check('no scratch, and a member that needs none', trouble(got, 'larger') and got['classes'] == {'text': 1}, found(got))

# damage: cut at many lengths, flipped at many places; never identical, never without a reason
rnd = random.Random(1)
samples = {
    'tar': tar(member('a', b'1' * 600), member('b', b'2' * 600)), 'ar': ar(('a/', b'1' * 100), ('b/', b'2' * 100)),
    'gz': gz(b'text\n' * 100, 5, name=b'n'), 'xz': lzma.compress(b'text\n' * 100), 'bz2': bz2.compress(b'text\n' * 100),
    'zip': z.getvalue()[:3000], 'deb': deb({'control': b'x'}, {'a': b'y' * 500}),
    'png': b'\x89PNG\r\n\x1a\n' + struct.pack('>I', 13) + b'IHDR' + b'\0' * 17 + b'\0\0\0\0IEND\xaeB`\x82',
    'pdf': b'%PDF-1.4\n1 0 obj\n<</A 1>>\nstream\nabc\nendstream\nendobj\ntrailer\n<<>>\n',
    'elf': pathlib.Path('/bin/true').read_bytes()[:9000], 'rpm': b'\xed\xab\xee\xdb\3\0' + b'\0' * 90 +
    (b'\x8e\xad\xe8\x01\0\0\0\0' + struct.pack('>II', 1, 4) + struct.pack('>IIII', 1000, 6, 0, 1) + b'abc\0') * 2 + b'rest',
}
for name, data in samples.items():
    bad = []
    for n in sorted({len(data) * i // 12 for i in range(1, 12)}):
        got = compare(data, data[:n])
        if got['verdict'] in ('identical', 'failed') or got['exit'] not in (1, 2):
            bad.append((n, got['verdict'], got.get('why')))
    for _ in range(12):
        at = rnd.randrange(len(data))
        got = compare(data, data[:at] + bytes([data[at] ^ 1 << rnd.randrange(8)]) + data[at + 1:])
        if got['verdict'] in ('identical', 'failed') or not found(got):
            bad.append((at, got['verdict'], got.get('why')))
    check(f'{name}, cut and flipped', not bad, bad)

# lies of headers
got = compare(b'\x89PNG\r\n\x1a\n' + b'\xff' * 100, b'\x89PNG\r\n\x1a\n' + b'\xfe' * 100)
check('a PNG that is none', got['verdict'] == 'differs' and 'data' in got['classes'], found(got))
got = compare(tar(member('../../etc/passwd', b'1\n')), tar(member('../../etc/passwd', b'2\n')))
check('a name that would climb is only a name', found(got) == ['../../etc/passwd text line 1 1 line removed, 1 added'],
      found(got))
got = compare(tar(member('a\n\x1b[31mred', b'1\n')), tar(member('a\n\x1b[31mred', b'2\n')))
run = subprocess.run([CANDOR, 'compare', '-d', place(tar(member('a\n\x1b[31mred', b'1\n'))),
                      place(tar(member('a\n\x1b[31mred', b'2\n')))], capture_output=True)
check('a name that would paint', b'\x1b' not in run.stdout and b'\\x1b[31mred' in run.stdout, run.stdout)
got = compare(tar(member('x', b'first\n'), member('x', b'1\n')), tar(member('x', b'first\n'), member('x', b'2\n')))
check('two members of one name', found(got) == ['x text line 1 1 line removed, 1 added'], found(got))
loop = tar(member('a', type=b'1', linkname='b'), member('b', type=b'1', linkname='a'))
got = compare(loop, tar(member('a', type=b'1', linkname='b'), member('b', type=b'1', linkname='c')))
check('hard links in a circle', got['verdict'] == 'code', found(got))
big = b''.join(b'%d\n' % rnd.randrange(9) for _ in range(150000))
other = b''.join(b'%d\n' % rnd.randrange(9) for _ in range(150000))
start = time.process_time(), os.times().children_user
got = compare(big, other)
check('texts that have everything and no order in common', got['verdict'] == 'differs' and
      os.times().children_user - start[1] < 60, got['verdict'])
got = compare(b'same\n' * 400000 + b'1\n', b'same\n' * 399999 + b'2\n')
check('lines that are all the same', got['verdict'] == 'differs', got['verdict'])
got = compare(os.urandom(3 << 20), os.urandom(3 << 20) + b'x')
check('two that share nothing', set(got['classes']) == {'data'} and got['complete'], found(got))

# time
got = compare(lzma.compress(os.urandom(20 << 20), preset=0), lzma.compress(os.urandom(20 << 20), preset=0),
              '--timeout', '0.05')
check('no time', trouble(got, 'time is up'), (got['verdict'], got.get('why')))


# the worker is killed, or its memory ends: failed, and why
def kill_worker(pid, sig):
    for _ in range(2000):
        for p in pathlib.Path('/proc').glob('[0-9]*'):
            try:
                stat = (p / 'stat').read_text()
            except OSError:
                continue
            if stat.split(') ')[1].split()[1] == str(pid) and '(candor-compare)' in stat:
                os.kill(int(p.name), sig)
                return True
        time.sleep(.001)
    return False


a, b = (place(lzma.compress(os.urandom(8 << 20), preset=6)) for _ in range(2))
for sig, word in (signal.SIGKILL, 'was killed'), (signal.SIGSEGV, 'crashed (SIGSEGV)'):
    run = subprocess.Popen([CANDOR, 'compare', a, b], stdout=subprocess.PIPE, text=True)
    killed = kill_worker(run.pid, sig)
    out = run.communicate(timeout=60)[0]
    check(f'a worker that {word}', killed and run.returncode == 2 and out.startswith('failed: candor-compare') and
          (word in out or 'closed its channel' in out), (killed, run.returncode, out))
got = compare(os.urandom(1000) + b'\n' * 3000000, os.urandom(1000) + b'\t\n' * 2000000, '--memory', '4M')
check('no memory', got['exit'] in (1, 2) and got['verdict'] != 'identical', (got['verdict'], got.get('why')))

# a file that changes is found out, or compared as it was; no crash is called identical
path = place(b'x' * 100000)
run = subprocess.run([CANDOR, 'compare', path, path], capture_output=True, text=True)
check('a file and itself', run.stdout.startswith('identical') and run.returncode == 0, run.stdout)


def change_while(a, b, where, **more):
    """compare, stopped while it reads; then a byte of A is another. None: it was done before."""
    run = subprocess.Popen([CANDOR, 'compare', '--json', a, b], stdout=subprocess.PIPE)
    time.sleep(.02)
    run.send_signal(signal.SIGSTOP)
    time.sleep(.02)
    running = run.poll() is None and b'(candor) T' in pathlib.Path(f'/proc/{run.pid}/stat').read_bytes()
    with open(where, 'r+b') as f:
        f.write(os.urandom(8))
    run.send_signal(signal.SIGCONT)
    out = json.loads(run.communicate(timeout=120)[0])
    return (out, run.returncode) if running else None


def never_identical(name, a, b, where):
    """Two that are the same when it begins, large enough to be caught reading."""
    for size in (1 << 28, 1 << 30, 1 << 32):
        for f in {a, b} if a.is_file() else {a / 'f', b / 'f'}:
            with open(f, 'wb') as out:
                out.truncate(size)
        time.sleep(.1)
        got = change_while(a, b, where)
        if got:
            return check(name, got[0]['verdict'] in ('failed', 'incomplete', 'code', 'differs') and got[1] != 0, got)
    check(name, False, 'it could not be caught')


x, y = place(b''), place(b'')
never_identical('a file that changes is never identical', x, y, x)
never_identical('nor is the second', x, y, y)
for side in 'ca', 'cb':
    (ROOT / side).mkdir()
    (ROOT / side / 'f').write_bytes(b'')
never_identical('nor one in a folder', ROOT / 'ca', ROOT / 'cb', ROOT / 'ca/f')
for f in x, y, ROOT / 'ca/f', ROOT / 'cb/f':
    f.unlink()

# a folder with what cannot be read or opened
for side in 'ra', 'rb':
    (ROOT / side).mkdir()
    (ROOT / side / 'f').write_text(side)
    os.mkfifo(ROOT / side / 'pipe')
    os.symlink('/proc/self/mem', ROOT / side / 'link')
got = compare(ROOT / 'ra', ROOT / 'rb')
check('fifos and links are not opened', [x.split()[0] for x in found(got)] == ['f'], found(got))
finish()
