#!/usr/bin/env python3
"""run.py CANDOR - candor handover rebuild, from outside. Prints TAP.

Small recipes, each with one fault, and hostile ones: what is said about them, and that
nothing of them is left. Needs namespaces; says why and does nothing where there are none.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import done, ok as check  # noqa: E402
import bundle  # noqa: E402

CANDOR = os.path.abspath(sys.argv[1])
ONLY = sys.argv[2:]
# What this run leaves is told from what others on the machine have by these two.
MARK, SLEEP = f'candor-{os.getpid()}-', str(1000000 + os.getpid())
HEAD = 'set -eu\n'


class Run:
    """One rebuild: exit code, the result's JSON, what was printed, the closure."""

    def __init__(self, recipe, artefacts, *options, source=None, timeout=120, raw=None):
        source = {'a': 'a source\n'} if source is None else source
        with tempfile.TemporaryDirectory(prefix=MARK) as d:
            root = pathlib.Path(d)
            data = bundle.make(source, HEAD + recipe, artefacts) if raw is None else raw
            (root / 'x.handover').write_bytes(data)
            run = subprocess.run(
                [CANDOR, 'handover', 'rebuild', '-o', root / 'r.json', '--closure', root / 'c.txt',
                 '--keep', root / 'keep', *options, root / 'x.handover'],
                capture_output=True, timeout=timeout, cwd=d)
            self.code, self.err = run.returncode, run.stderr.decode(errors='replace')
            self.out = run.stdout.decode(errors='replace')
            text = (root / 'r.json').read_text() if (root / 'r.json').exists() else '{}'
            self.json = json.loads(text)
            self.closure = (root / 'c.txt').read_text() if (root / 'c.txt').exists() else ''
            self.kept = {str(p.relative_to(root / 'keep')): p.read_bytes()
                         for p in (root / 'keep').rglob('*') if p.is_file()}
        self.all = f'exit {self.code}\n{self.out}\n{self.err}\n{json.dumps(self.json)[:1500]}'

    def artefact(self, name='x'):
        return next((a for a in self.json.get('artefacts', []) if a['name'] == name), {})

    def builds(self):
        return self.json.get('builds', [{}, {}])

    def log(self):
        return self.kept.get('first.log', b'').decode(errors='replace')


def skip_if_impossible():
    run = Run('cp "$SOURCE/a" "$OUT/x"', {'x': b'a source\n'})
    if run.code == 2 and 'cannot make a room' in run.err:
        print('1..0 # SKIP ' + run.err.strip().replace('\n', ' '))
        sys.exit(0)


# --- what it says ----------------------------------------------------------------------

def identical():
    c = 'int f(void);\nint main(void) { return f(); }\n'
    source = {'main.c': c, 'f.c': '#include "f.h"\nint f(void) { return F; }\n', 'f.h': '#define F 3\n',
              'unused.c': 'nothing\n', 'doc/readme': 'read\n', 'link': '-> f.h'}
    recipe = '''
cp "$SOURCE/doc/readme" "$OUT/readme"
for f in main f; do
    gcc -O2 -c -I"$SOURCE" -o $f.o "$SOURCE/$f.c"
done
mkdir sub && gcc -o sub/prog main.o f.o
mv sub moved && strip moved/prog && mv moved "$OUT/bin"
'''
    first = Run(recipe, {'bin/prog': b'', 'readme': b'read\n'}, source=source)
    prog = first.kept.get('first/bin/prog', b'')
    run = Run(recipe, {'bin/prog': prog, 'readme': b'read\n'}, source=source)
    a, r = run.artefact('bin/prog'), run.artefact('readme')
    check('a good recipe is bit-identical', run.code == 0 and run.json['result'] == 'bit-identical'
          and run.out.startswith('bit-identical: yes, all 2'), run.all)
    check('digests are told', a['first'] == a['second'] == a['sha256'] == hashlib.sha256(prog).hexdigest(),
          run.all)
    check('the program came from its sources, through objects and a renamed folder',
          a['sourceFiles'] == ['f.c', 'f.h', 'main.c'], a)
    check('and the text from its own', r['sourceFiles'] == ['doc/readme'], r)
    lines = dict(reversed(l.split('  ', 1)) for l in run.closure.splitlines() if l and l[0] != '#')
    check('the closure has digests of the source',
          lines.get('source/f.h') == hashlib.sha256(b'#define F 3\n').hexdigest(), run.closure[:2000])
    cc1 = [n for n in lines if n.endswith('/cc1')]
    check('and of the compiler', cc1 and all(
        lines[n] == hashlib.sha256(pathlib.Path(n).read_bytes()).hexdigest() for n in cc1), cc1)
    check('but not what nobody read', 'source/unused.c' not in lines, '')
    check('nor what was only made', not any('/work/' in n or n.startswith('/tmp') for n in lines), lines)
    packages = {p['name']: p for p in run.json['root']['packages']}
    check('packages are named', any(n.startswith('gcc-') for n in packages) and
          packages.get('libc6', {}).get('version'), list(packages))
    check('the host is warned of', 'programs of this machine' in run.json['root']['warning']
          and 'warning:' in run.out, run.out)
    text = ''.join(f'{l}\n' for l in run.closure.splitlines() if l and l[0] != '#')
    check('the closure has its own digest', run.builds()[0]['closure']['sha256'] ==
          hashlib.sha256(text.encode()).hexdigest() and run.builds()[0]['closure']['complete'], run.all)


def vendor_lies():
    run = Run('cp "$SOURCE/a" "$OUT/x"', {'x': b'something else\n', 'y': b'never made\n'})
    check('another artefact than the vendor says', run.code == 1 and run.json['result'] == 'missing'
          and run.artefact()['asEachOther'] and not run.artefact()['asVendor'], run.all)
    check('and one that is not made', run.artefact('y')['result'] == 'missing'
          and 'did not leave it' in run.out, run.out)


BLAME = {
    'path': ('pwd > "$OUT/x"', ['path']),
    'path-debug': ('echo "int x;" > t.c; gcc -g -c -o "$OUT/x" t.c', ['path']),
    'time': ('date -u +%s > "$OUT/x"', ['time']),
    'time-in-python': ('python3 -c "import time; print(int(time.time()))" > "$OUT/x"', ['time']),
    'time-of-files': ('cp "$SOURCE/a" a; chmod 644 a; tar -cf "$OUT/x" --owner=0 --group=0 a', ['time']),
    'host': ('uname -n > "$OUT/x"', ['host']),
    'user': ('id -un > "$OUT/x"', ['user']),
    'locale': ('locale charmap > "$OUT/x"', ['locale']),
    'zone': ('date -d @0 +%H > "$OUT/x"', ['zone']),
    'umask': ('touch f; stat -c %a f > "$OUT/x"', ['umask']),
    'cpus': ('nproc > "$OUT/x"', ['cpus']),
    'cpus-of-libc': ('getconf _NPROCESSORS_ONLN > "$OUT/x"', ['cpus']),
    'order': ('find "$SOURCE/d" -type f -printf "%f\\n" > "$OUT/x"', ['order']),
    'order-of-a-copy': ('cp -r "$SOURCE/d" d; cd d; ls -U > "$OUT/x"', ['order']),
    'environment': ('env | grep -c . > "$OUT/x"', ['environment']),
    'random': ('head -c 8 /dev/urandom > "$OUT/x"', ['randomness']),
    'two': ('{ uname -n; id -u; } > "$OUT/x"', ['host', 'user']),
}


def blame():
    source = {f'd/{c}': c for c in 'abcdefgh'} | {'a': 'a\n'}
    for name, (recipe, want) in BLAME.items():
        run = Run(recipe + '\ncp "$SOURCE/a" "$OUT/good"\n', {'x': b'?', 'good': b'a\n'}, '--blame',
                  source=source)
        if name.startswith('cpus') and os.cpu_count() == 1:
            want = []
        a = run.artefact()
        check(f'blame: {name}', run.code == 1 and a.get('guilty', []) == want
              and run.artefact('good')['result'] == 'bit-identical', run.all)


def worlds():
    run = Run('date +%Y > y; [ $(cat y) -gt 2000 ]; cp "$SOURCE/a" "$OUT/x"; id; hostname; umask; '
              'echo "$TZ $LC_ALL $PWD $SOURCE_DATE_EPOCH"', {'x': b'a source\n'})
    first, second = run.kept['first.log'].decode(), run.kept['second.log'].decode()
    check('two worlds', 'uid=1000(builder)' in first and 'uid=14321(examiner)' in second
          and '0002' in second and '/srv/second/' in second, first + second)
    check('one date for both', first.count(str(bundle.EPOCH)) == second.count(str(bundle.EPOCH)) == 1,
          first + second)
    check('and the result says what they were', run.builds()[1]['world']['user'] == 'examiner (14321)',
          run.all)


def clock_is_one():
    """Files made in the second world have its time, and make is content."""
    recipe = '''
cat > Makefile <<'M'
b: a
	cp a b
a: src
	cp src a
M
touch src && make && make -q
now=$(date +%s); touch f; file=$(stat -c %Y f)
[ $((file - now)) -lt 3 ] && [ $((now - file)) -lt 3 ]
python3 - <<'P'
import os, time
open('g', 'w').close()
assert abs(os.stat('g').st_mtime - time.time()) < 3, (os.stat('g').st_mtime, time.time())
t = time.time() + 100
os.utime('g', (t, t))
assert abs(os.stat('g').st_mtime - t) < 1
P
cp b "$OUT/x"
'''
    run = Run(recipe, {'x': b''}, '--blame')
    check('the clock and the times of files agree', run.code == 0, run.all + run.log())


def signals():
    run = Run('sh -c "kill -TERM \\$\\$" || [ $? = 143 ]; got=; trap "got=yes" USR1; kill -USR1 $$; [ "$got" = yes ]; '
              'yes | head -1; timeout 1 sleep 20 || [ $? = 124 ]; cp "$SOURCE/a" "$OUT/x"', {'x': b'a source\n'},
              '--timeout', '15')
    check('signals work as everywhere', run.code == 0, run.all + run.log())


def as_nobody():
    """Without any right, where the kernel lets nobody make namespaces."""
    if os.geteuid() != 0 or not shutil.which('setpriv'):
        return
    with tempfile.TemporaryDirectory(prefix=MARK) as d:
        path = pathlib.Path(d) / 'x.handover'
        path.write_bytes(bundle.make({'a': 'x'}, 'id -u; cp "$SOURCE/a" "$OUT/x"', {'x': b'x'}))
        os.chmod(d, 0o755)
        run = subprocess.run(['setpriv', '--reuid=65533', '--regid=65533', '--clear-groups', CANDOR, 'handover',
                              'rebuild', path], capture_output=True, text=True)
    if run.returncode == 2 and 'cannot make a room' in run.stderr or run.returncode in (126, 127):
        print('# nobody may not make a room here: ' + run.stderr.strip())
        return
    check('nobody can do it, too', run.returncode == 0, run)


def owners():
    """What says EINVAL in a user namespace says EPERM, as fakeroot expects."""
    run = Run('python3 -c "import errno, os\nfor f in (os.chown, os.lchown):\n'
              '    try: f(\'.\', 0, 0)\n    except OSError as e: assert e.errno == errno.EPERM, e\n'
              'os.chown(\'.\', os.getuid(), -1)"\ncp "$SOURCE/a" "$OUT/x"', {'x': b'a source\n'})
    check('owners cannot be given away', run.code == 0, run.all + run.log())


def toolchains():
    if not shutil.which('clang', path='/usr/bin:/bin'):
        return
    source = {'m.c': 'int main(void) { return 0; }\n'}
    recipe = '"$CC" -o x "$SOURCE/m.c" && strip x && cp x "$OUT/x"; echo "$CC $CXX"'
    first = Run(recipe, {'x': b''}, '--toolchain', 'gcc', source=source)
    run = Run(recipe, {'x': first.kept['first/x']}, '--toolchain', 'gcc,clang', source=source)
    other = run.json['otherToolchains']
    check('diverse compilation', run.code == 0 and len(other) == 1 and other[0]['toolchain'] == 'clang'
          and other[0]['artefacts'][0]['asEachOther'] and not other[0]['artefacts'][0]['asVendor'], run.all)
    run = Run(recipe, {'x': first.kept['first/x']}, '--toolchain', 'gcc,nocc', source=source)
    check('a toolchain that fails is said to', run.code == 1 and 'NOT MADE with nocc' in run.out.split('\n')[0]
          and 'alike' not in run.out and run.json['otherToolchains'][0]['result'] == 'inconclusive', run.all)
    run = Run(recipe.replace('"$CC" -o', 'gcc -o'), {'x': first.kept['first/x']}, '--toolchain', 'clang', source=source)
    check('a compiler that nobody used is said to be', run.code == 0 and "'clang' was NOT USED" in run.out
          and [b['compilerUsed'] for b in run.builds()] == [False, False], run.all)
    bad = subprocess.run([CANDOR, 'handover', 'rebuild', '--toolchain', 'gcc;id', 'x'], capture_output=True)
    check('a toolchain is a name', bad.returncode == 3, bad)


GOOD = 'int g(int x) { return x * 3 + 1; }\nint main(void) { return g(4) == 13 ? 0 : 1; }\n'
WRAPPER = '''#!/bin/sh
# a compiler that adds something to every program
for a; do case $a in *.c) cat "$a" - >evil.c <<'C'
__attribute__((constructor)) void implant(void) { __asm__ volatile("nop; nop; nop"); if (__builtin_return_address(0) == 0) __builtin_trap(); }
C
esac; done
exec gcc -O1 -o "$2" evil.c
'''

# What the vendor's differs in, and what must be said of it. The recipe is what is handed over.
EXPLAINED = {
    # name: the vendor's own recipe, classes that must be among those named, code or not
    'a changed constant': ('sed "s/x . 3/x * 5 - 8/" "$SOURCE/m.c" > m.c; gcc -O1 -o x m.c', None, True),
    'an added function': ('{ cat "$SOURCE/m.c"; echo "int h(int x) { return x ^ 77; }"; } > m.c; gcc -O1 -o x m.c',
                          None, True),
    'a compiler that injects': ('sh "$SOURCE/cc" -o x "$SOURCE/m.c"', None, True),
    'a build id': ('gcc -O1 -o x "$SOURCE/m.c" -Wl,--build-id=0x1234567890123456789012345678901234567890',
                   'build id', False),
}


def explained():
    """Planted backdoors in the vendor's artefact are code; harmless differences are not."""
    source = {'m.c': GOOD, 'cc': WRAPPER}
    recipe = 'gcc -O1 -o x "$SOURCE/m.c"; cp x "$OUT/x"'
    for name, (vendors, cls, code) in EXPLAINED.items():
        vendor = Run(vendors + '; cp x "$OUT/x"', {'x': b''}, source=source).kept['first/x']
        run = Run(recipe, {'x': vendor}, source=source)
        e = run.artefact().get('toVendor', {})
        check(f'{name} is {"code" if code else "no code"}', run.code == 1 and e.get('code') == code and
              (cls is None or cls in e['classes']) and ('CODE DIFFERS' in run.out.split('\n')[0]) == code, run.all)
    stamp = ('cp "$SOURCE/m.c" m.c; touch -d @%d m.c; tar --owner=0 --group=0 -cf x m.c; cp x "$OUT/x"')
    vendor = Run(stamp % 1600000000, {'x': b''}, source=source).kept['first/x']
    run = Run(stamp % 1500000000, {'x': vendor}, source=source)
    e = run.artefact().get('toVendor', {})
    check('a time stamp is a time stamp', e.get('classes') == ['timestamp'] and e['complete'] and not e['code'],
          run.all)
    run = Run('date +%s > t; cp t "$OUT/x"', {'x': b'1\n'}, source=source)
    check('between builds, too', run.artefact().get('betweenBuilds', {}).get('classes'), run.all)


# --- what it stands ------------------------------------------------------------------------

HOSTILE = {
    # recipe, options, what the result says of the first build, what its log says
    'fails': ('exit 7', (), 'failed', ''),
    'kills itself': ('kill -9 $$', (), 'killed', ''),
    'sleeps for ever': (f'sleep {SLEEP}', ('--timeout', '2'), 'late', ''),
    'sleeps in the background': (f'(setsid sleep {SLEEP} &) ; cp "$SOURCE/a" "$OUT/x"', (), 'done', ''),
    'stops itself': ('kill -STOP $$', ('--timeout', '2'), 'late', ''),
    'spins': ('while :; do :; done', ('--timeout', '2'), 'late', ''),
    'is a fork bomb': ('f() { f | f & }; f; sleep 1; exit 5', ('--timeout', '5', '--tasks', '100'), None, ''),
    'fills its space': ('cat /dev/zero > big', ('--space', '64M'), 'failed', 'No space left'),
    'fills it with files': ('i=0; while :; do : > "f$i"; i=$((i + 1)); done',
                            ('--space', '4M', '--timeout', '30'), None, ''),
    'talks for ever': ('yes', ('--timeout', '60'), 'failed', ''),
    'eats memory': ('python3 -c "x = bytes(1 << 33)"', ('--memory', '1G'), 'failed', 'MemoryError'),
    'wants the network': ('python3 -c "import socket; socket.create_connection((\'1.1.1.1\', 53), 3)"', (),
                          'failed', 'unreachable'),
    'asks loopback': ('python3 -c "import socket; socket.create_connection((\'127.0.0.1\', PORT), 3)"', (),
                      'failed', 'Error'),
    'asks the hypervisor': ('python3 -c "import socket; socket.socket(40, 1)"', (), 'failed', 'not supported'),
    'writes to the source': ('echo x >> "$SOURCE/a"', (), 'failed', 'Read-only'),
    'writes to the recipe': ('echo x >> "$0"', (), 'failed', 'Read-only'),
    'writes to the host': ('echo x > /usr/bin/candor-was-here', (), 'failed', 'Read-only'),
    'writes to the root': ('mkdir /candor-was-here', (), 'failed', 'Read-only'),
    'mounts': ('python3 -c "import ctypes, os; l = ctypes.CDLL(None, use_errno=True); '
               'r = l.mount(b\'none\', b\'/tmp\', b\'tmpfs\', 0, 0); print(os.strerror(ctypes.get_errno())); '
               'exit(r != 0)"', (), 'failed', 'not permitted'),
    'makes namespaces': ('unshare -Ur true', (), 'failed', 'not permitted'),
    'makes them by clone': ('python3 -c "import ctypes, os; l = ctypes.CDLL(None, use_errno=True); '
                            'r = l.syscall(56, 0x10000000 | 17, 0, 0, 0, 0); '
                            'print(os.strerror(ctypes.get_errno())); exit(r < 0)"', (), 'failed', 'not permitted'),
    'traces': ('python3 -c "import ctypes, os; l = ctypes.CDLL(None, use_errno=True); '
               'r = l.ptrace(16, 1, 0, 0); print(os.strerror(ctypes.get_errno())); exit(r != 0)"', (),
               'failed', 'not permitted'),
    'kills everybody': ('kill -9 1; kill -9 $PPID; kill -9 -1; exit 0', (), None, ''),
    'reads the first process': ('cat /proc/1/environ > "$OUT/x"', (), 'failed', 'denied'),
    'writes into it': ('echo > /proc/1/mem', (), 'failed', 'denied'),
    'looks for the host': ('[ -z "$(ls /home /root /mnt /opt /etc/shadow /etc/ssh 2>/dev/null)" ] && exit 3', (),
                           'failed', ''),
    'becomes root': ('python3 -c "import os; os.setuid(0)"', (), 'failed', 'Invalid'),
    'leaves a link': ('ln -s /etc/passwd "$OUT/x"', (), 'done', ''),
    'leaves a pipe': ('mkfifo "$OUT/x"', (), 'done', ''),
    'leaves a folder': ('mkdir "$OUT/x"', (), 'done', ''),
    'leaves a secret file': ('cp "$SOURCE/a" "$OUT/x"; chmod 0 "$OUT/x"', (), 'done', ''),
    'leaves depth': ('cd "$OUT"; i=0; while [ $i -lt 200 ]; do mkdir d; cd d; i=$((i + 1)); done', (), 'done', ''),
    'sets its own filter': ('python3 -c "import ctypes, os; l = ctypes.CDLL(None, use_errno=True); '
                            'r = l.syscall(317, 1, 0, 0); print(os.strerror(ctypes.get_errno())); exit(r != 0)"', (),
                            'failed', 'Invalid'),
    'opens unseen': ('python3 -c "import ctypes, os; l = ctypes.CDLL(None, use_errno=True); '
                     'r = l.syscall(425, 8, 0); print(os.strerror(ctypes.get_errno())); exit(r < 0)"', (),
                     'failed', 'not implemented'),
}


def leftovers():
    """Processes of rooms and mounts of theirs that this machine still has."""
    ps = subprocess.run(['ps', '-eo', 'pid,comm,args'], capture_output=True, text=True).stdout
    mounts = pathlib.Path('/proc/mounts').read_text()
    return [l for l in ps.splitlines() if ('candor-room' in l and MARK in l) or 'sleep ' + SLEEP in l] + [
        l for l in mounts.splitlines() if '/build/first' in l or '/srv/second' in l]


def hostile():
    for name, (recipe, options, end, log) in HOSTILE.items():
        start = time.monotonic()
        run = Run(recipe.replace('PORT', '22'), {'x': b'a source\n'}, *options, timeout=300)
        b = run.builds()[0]
        check(f'a recipe that {name}', run.code in (0, 1) and (end is None or b.get('end') == end)
              and log in run.log() and (run.code == 0) == (run.json['result'] == 'bit-identical'),
              run.all + run.log()[-800:])
        if run.code == 0:
            check(f'  (and is good all the same: {name})', name in (
                'sleeps in the background', 'leaves a secret file'), run.all)
    check('nothing is left of them', leftovers() == [], leftovers())
    check('nor of what they wrote', not pathlib.Path('/usr/bin/candor-was-here').exists(), '')


def killed():
    """kill -9 of candor: the room dies with it."""
    with tempfile.TemporaryDirectory(prefix=MARK) as d:
        path = pathlib.Path(d) / 'x.handover'
        path.write_bytes(bundle.make({'a': 'x'}, f'setsid sleep {SLEEP} & sleep {SLEEP}', {'x': b'x'}))
        for what in ('SIGKILL', 'SIGTERM', 'SIGINT'):
            p = subprocess.Popen([CANDOR, 'handover', 'rebuild', path], stdout=subprocess.DEVNULL)
            for _ in range(100):
                if len([l for l in leftovers() if 'sleep ' + SLEEP in l]) >= 2:
                    break
                time.sleep(0.1)
            seen = leftovers()
            p.send_signal(getattr(signal, what))
            p.wait(10)
            for _ in range(50):
                if not leftovers():
                    break
                time.sleep(0.1)
            check(f'{what} leaves nothing', seen and not leftovers(), (seen, leftovers()))
        check('not even in the folder', os.listdir(d) == ['x.handover'], os.listdir(d))


# What a vendor's list of packages says of one that every build here reads.
PACKAGES = 'coreutils 0.vendor amd64 -\n' if os.path.exists('/var/lib/dpkg/info/coreutils.list') else 'x 1 all -\n'


def waiting():
    """The processes in rooms that wait for us, by their number on this side."""
    return [int(l.split()[0]) for l in leftovers() if f'sleep {SLEEP}' in l and 'sh' not in l.split()[1]]


def meanwhile(name, change, want, words, late=False):
    """The file of the bundle, once verified and while the first build runs (late: the second), is another one."""
    with tempfile.TemporaryDirectory(prefix=MARK) as d:
        root = pathlib.Path(d)
        path = root / 'x.handover'
        data = bundle.make({'a': 'a source\n', 'b': 'more\n'}, HEAD + f'sleep {SLEEP} || true; cp "$SOURCE/a" "$OUT/x"',
                           {'x': b'the vendor made another\n'}, packages=PACKAGES)
        path.write_bytes(data)
        p = subprocess.Popen([CANDOR, 'handover', 'rebuild', '-o', root / 'r.json', path], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        changed, first = False, None
        while p.poll() is None:
            pids = waiting()
            first = first or (pids and pids[0])
            if pids and not changed and (not late or first not in pids):
                change(path, {m.name: m.offset_data for m in bundle.members(data)})
                changed = True
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass
            time.sleep(0.1)
        out, err = p.communicate()
        result = json.loads((root / 'r.json').read_text()) if (root / 'r.json').exists() else None
        told = err if want > 1 else json.dumps(result)
        check(f'changed meanwhile: {name}', changed and p.returncode == want and words in told and
              (want == 1 or not out and result is None), (p.returncode, out[:300], err, words))


def flip(member):
    def change(path, at):
        with open(path, 'r+b') as f:
            f.seek(at[member])
            byte = f.read(1)
            f.seek(at[member])
            f.write(bytes([byte[0] ^ 1]))
    return change


def replace(path, at):
    other = path.with_suffix('.other')
    other.write_bytes(bundle.make({'a': 'evil\n'}, 'echo evil > "$OUT/x"', {'x': b'evil\n'}))
    os.rename(other, path)


def changed():
    changed_so = 'the bundle was changed while it was read'
    for name, change, want, words in (
            ('a byte of the source', flip('source/a'), 75, changed_so),
            ('of another file of it', flip('source/b'), 75, "/b' of the bundle"),
            ('of the recipe', flip('recipe/build.sh'), 75, changed_so),
            ("of the vendor's artefact", flip('artefacts/x'), 75, "'artefacts/x' is not the bytes that MANIFEST lists"),
            ('of the list of packages, which was read', flip('recipe/packages'), 75, changed_so),
            ('of the list of parts, which is not used any more', flip('sbom.spdx.json'), 1, '"result"'),
            ('cut short', lambda path, at: os.truncate(path, 2000), 70, 'the bundle became shorter while it was read'),
            ('another bundle in its place', replace, 1, hashlib.sha256(b'a source\n').hexdigest()),
            ('taken away', lambda path, at: path.unlink(), 1, '"result"')):
        meanwhile(name, change, want, words)
    if 'coreutils' in PACKAGES:
        meanwhile('of the list of packages, late', flip('recipe/packages'), 1, '"vendor": "0.vendor"', late=True)


def attested(good, damaged):
    """Nobody signs for a bundle that is damaged, whatever the result says."""
    with tempfile.TemporaryDirectory(prefix=MARK) as d:
        run = lambda *a: subprocess.run([CANDOR, *a], cwd=d, capture_output=True, text=True)
        for name, data in (('good', good), ('damaged', damaged)):
            (pathlib.Path(d) / f'{name}.handover').write_bytes(data)
        run('trust', 'key', 'k', '--name', 'examiner.example/x')
        run('handover', 'rebuild', '-o', 'r.json', 'good.handover')
        one = run('attest', 'rebuild', 'r.json', 'good.handover', '-k', 'k', '-o', 'good.dsse')
        two = run('attest', 'rebuild', 'r.json', 'damaged.handover', '-k', 'k', '-o', 'damaged.dsse')
        check('a good bundle is attested', one.returncode == 0, one)
        check('a damaged one is not', two.returncode == 75 and not (pathlib.Path(d) / 'damaged.dsse').exists(), two)


def bad_bundles():
    good = bundle.make({'a': 'x'}, 'cp "$SOURCE/a" "$OUT/x"', {'x': b'x'})
    for name, data in (('empty', b''), ('cut', good[:-700]), ('flipped', good.replace(b'x\0', b'y\0', 1)),
                       ('noise', os.urandom(4096))):
        run = Run('', {}, raw=data)
        check(f'a bundle that is {name} is refused', run.code >= 2 and run.err.startswith('candor: ')
              and not run.out, run.all)
    good = bundle.make({'a': 'a source\n'}, 'cp "$SOURCE/a" "$OUT/x"; mkfifo "$OUT/p"', {'x': b'a source\n'})
    for m in bundle.members(good):
        flipped = bytearray(good)
        flipped[m.offset_data + m.size // 2] ^= 1
        run = Run('', {}, raw=bytes(flipped))
        check(f'a bit of {m.name} is missed nowhere', 10 <= run.code < 90 and not run.out and not run.json, run.all)
        if m.name.startswith(('artefacts/', 'source/', 'recipe/', 'sbom')):
            check('and it is what MANIFEST tells', run.code == 75 and m.name in run.err, run.all)
        if m.name == 'artefacts/x':
            attested(good, bytes(flipped))
    run = Run('', {}, raw=good)
    check('without a key that is said', run.code == 0 and 'was not judged' in run.out
          and not run.json['bundle']['signerTrusted'], run.all)
    check('what nobody promised is listed', 'p: a fifo' in run.out and run.builds()[0]['extraFiles'] == ['p'], run.all)
    run = Run('', {}, '--key', bundle.KEY, raw=good)
    check('with it, too', run.code == 0 and 'whom you trust' in run.out and run.json['bundle']['signerTrusted'], run.all)
    run = Run('', {}, '--key', bundle.vendor.vendor_key('other.example/x', bytes(32)), raw=good)
    check('another key than the vendor\'s', run.code == 12 and not run.json, run.all)
    run = subprocess.run([CANDOR, 'handover', 'rebuild', '/nonexistent'], capture_output=True, text=True)
    check('one that is not there, too', run.returncode == 2 and 'nonexistent' in run.stderr, run)


def roots():
    """A root that the examiner names: here one of links to the host's folders."""
    with tempfile.TemporaryDirectory(prefix=MARK) as d:
        root = pathlib.Path(d)
        os.chmod(d, 0o755)
        for name in ('bin', 'lib', 'lib64', 'sbin'):
            (root / name).symlink_to('usr/' + name)
        (root / 'usr/bin').mkdir(parents=True)
        (root / 'usr/lib').mkdir()
        libs = subprocess.run(['ldd', '/bin/sh', '/bin/cp'], capture_output=True, text=True).stdout
        for lib in {w for w in libs.split() if w.startswith('/') and not w.endswith(':')}:
            to = root / pathlib.Path(lib).resolve().relative_to('/')
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(lib, to)
            name = to.parent / pathlib.Path(lib).name
            if name != to and not name.exists():
                name.symlink_to(to.name)
        loader = pathlib.Path('/lib64/ld-linux-x86-64.so.2')
        if loader.exists():
            (root / 'usr/lib64').mkdir(exist_ok=True)
            if not (root / 'usr/lib64' / loader.name).exists():
                shutil.copy(loader, root / 'usr/lib64' / loader.name)
        for prog in ('sh', 'cp', 'ls'):
            shutil.copy('/bin/' + prog, root / 'usr/bin' / prog)
        (root / 'etc').mkdir()
        (root / 'etc/marker').write_text('mine')
        run = Run('read x < /etc/marker || :; [ "$x" = mine ]; [ ! -e /usr/bin/gcc ]; cp "$SOURCE/a" "$OUT/x"',
                  {'x': b'a source\n'}, '--root', d)
        check('a root of the examiner', run.code == 0 and run.json['root']['kind'] == 'folder', run.all + run.log())
    run = subprocess.run([CANDOR, 'handover', 'rebuild', '--root', '/nonexistent', 'x'], capture_output=True)
    check('one that is not there', run.returncode == 2, run)


def host_files(*programs):
    """The programs, with the libraries and the loader that they need: {path in a root: file}."""
    files = {}
    for prog in programs:
        path = shutil.which(prog, path='/usr/bin:/usr/sbin:/bin:/sbin')
        files[f'usr/bin/{prog}'] = path
        out = subprocess.run(['ldd', path], capture_output=True, text=True).stdout
        for lib in (w for w in out.split() if w.startswith('/') and not w.endswith(':')):
            files[str(pathlib.Path(lib).parent.resolve().relative_to('/') / pathlib.Path(lib).name)] = lib
    return {n: pathlib.Path(f).resolve() for n, f in files.items()}


def deb(where, name, files, postinst=None):
    """A package of files {path: source file or text}; its file and its bytes."""
    tree = where / name
    (tree / 'DEBIAN').mkdir(parents=True)
    (tree / 'DEBIAN/control').write_text(f'Package: {name}\nVersion: 1:1\nArchitecture: all\n'
                                         f'Maintainer: nobody <n@example.org>\nDescription: {name}\n')
    if postinst:
        (tree / 'DEBIAN/postinst').write_text('#!/bin/sh\n' + postinst)
        (tree / 'DEBIAN/postinst').chmod(0o755)
    for path, what in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, str):
            (tree / path).write_text(what)
            (tree / path).chmod(0o755)
        else:
            shutil.copy(what, tree / path)
    out = where / f'{name}_1%3a1_all.deb'
    subprocess.run(['dpkg-deb', '-Znone', '--root-owner-group', '-b', tree, out], check=True, capture_output=True)
    return out.name, out.read_bytes()


POSTINST = """set -e
id -u >/etc/made
chown 1:2 /etc/made
if [ -e /proc/net/dev ] && grep -q eth /proc/net/dev; then exit 9; fi
[ ! -e /root/.ssh ]
"""


def made_roots():
    """A root of packages: those in the bundle, and those it names; their scripts run in the room."""
    with tempfile.TemporaryDirectory(prefix=MARK) as d:
        where = pathlib.Path(d)
        files = host_files('sh', 'cp', 'ls', 'mkdir', 'rm', 'chmod', 'chown', 'find', 'id', 'grep', 'dpkg', 'tar',
                           'dpkg-deb', 'dpkg-split', 'dpkg-query', 'diff')
        tools = {f'usr/sbin/{n}': '#!/bin/sh\n' for n in ('ldconfig', 'start-stop-daemon')}
        debs = dict([deb(where, 'base', files | tools | {'var/lib/dpkg/info/format': '1\n'}),
                     deb(where, 'extra', {'etc/extra': 'extra\n'}, POSTINST)])
        failing = dict([deb(where, 'broken', {'etc/b': 'b\n'}, 'echo "no luck" >&2; exit 3')])
        row = lambda debs: ''.join(f'{n.split("_")[0]} 1:1 all {hashlib.sha256(b).hexdigest()}\n'
                                   for n, b in sorted(debs.items()))
        recipe = HEAD + ('read x < /etc/made; [ "$x" = 0 ]; [ ! -e /usr/bin/gcc ]; (echo x > /etc/y) 2>/dev/null && exit 1\n'
                         'read y < /etc/extra; [ "$y" = extra ]; cp "$SOURCE/a" "$OUT/x"')
        make = lambda debs, inside: bundle.make({'a': 'a\n'}, recipe, {'x': b'a\n'}, packages=row(debs),
                                                toolchain=debs if inside else None)
        run = Run('', {}, raw=make(debs, True))
        root = run.json.get('root', {})
        check('a root of the bundle\'s packages', run.code == 0 and root.get('kind') == 'bundle'
              and 'the vendor put into' in root['warning'], run.all + run.log() + run.kept.get('root.log', b'').decode())
        check('whose files have owners', [p['name'] for p in root.get('packages', [])] == ['base', 'extra']
              and root['unowned'] <= 1, root)
        run = Run('', {}, '--packages', d, raw=make(debs, False))
        check('a root of packages that the bundle names', run.code == 0 and run.json['root']['kind'] == 'packages',
              run.all + run.log())
        run = Run('', {}, '--packages', '/nonexistent', raw=make(debs, False))
        check('which must be there', run.code == 87 and 'cannot read the package' in run.err, run.all)
        (where / 'extra_1%3a1_all.deb').write_bytes(failing['broken_1%3a1_all.deb'])
        run = Run('', {}, '--packages', d, raw=make(debs, False))
        check('and must be those', run.code == 87 and 'another SHA-256' in run.err, run.all)
        run = Run('', {}, raw=make(debs | failing, True))
        check('a package that cannot be installed', run.code == 87 and 'could not be installed' in run.err
              and b'no luck' in run.kept['root.log'] and not run.json, run.all)
        run = Run('', {}, raw=make({'base_1%3a1_all.deb': b'no package\n'}, True))
        check('one that is none', run.code == 87 and 'could not be unpacked' in run.err, run.all)
        run = Run('', {}, '--host', raw=make(debs, True))
        check('the host, when asked for', run.code == 1 and run.json['root']['kind'] == 'host', run.all)
        run = Run('', {}, '--host', '--root', '/', raw=make(debs, True))
        check('only one of them', run.code == 3, run.all)
        mirror(where, debs, make)


def mirror(where, debs, make):
    """The same from a mirror that is a folder, by apt."""
    if not shutil.which('apt-get') or not shutil.which('dpkg-scanpackages'):
        return
    site = where / 'site'
    site.mkdir()
    for name, content in debs.items():
        (site / name.replace('%3a', '.')).write_bytes(content)
    index = subprocess.run(['dpkg-scanpackages', '-m', '.'], cwd=site, capture_output=True, check=True).stdout
    (site / 'Packages').write_bytes(index)
    source = f'[trusted=yes] file:{site} ./'
    run = Run('', {}, '--mirror', source, raw=make(debs, False))
    check('a root of packages from a mirror', run.code == 0 and run.json['root']['kind'] == 'mirror', run.all + run.log())
    more = debs | {'none_1%3a1_all.deb': b''}
    run = Run('', {}, '--mirror', source, raw=make(more, False))
    check('which has not all of them', run.code == 87 and 'apt-get could not fetch' in run.err, run.all)


if __name__ == '__main__':
    skip_if_impossible()
    for test in (identical, vendor_lies, worlds, clock_is_one, blame, explained, owners, signals, as_nobody, toolchains, roots, made_roots, hostile, killed,
                 bad_bundles, changed):
        if not ONLY or test.__name__ in ONLY:
            test()
    done()
