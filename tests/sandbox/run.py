#!/usr/bin/env python3
"""run.py CANDOR POLICY - what a worker that was taken over can do: nothing.

CANDOR is a candor with the hostile worker (engine.c) beside it, which does what the
file it scans tells it. Prints TAP.
"""
import fnmatch
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import done, ok as check  # noqa: E402

CANDOR, POLICY = sys.argv[1], sys.argv[2]
EICAR = 'xx EICAR-STANDARD-ANTIVIRUS-TEST-FILE xx'


def scan(files, *options, rules='rule', timeout=60):
    """{name: (verdict, reason, [rules])}, exit code, summary, stderr"""
    with tempfile.TemporaryDirectory(prefix='candor-') as d:
        os.chmod(d, 0o755)
        root = pathlib.Path(d)
        (root / 'r.yar').write_text(rules)
        (root / 'f').mkdir()
        for name, text in files.items():
            (root / 'f' / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        run = subprocess.run([CANDOR, 'scan', '--json', '--all', '-r', root / 'r.yar', *options,
                              root / 'f'], capture_output=True, timeout=timeout)
        lines = [json.loads(l) for l in run.stdout.splitlines()]
    got = {pathlib.Path(l['path']).name:
           (l['verdict'], ' '.join(r['text'] for r in l.get('reasons', [])),
            [r['rule'] for r in l.get('rules', [])]) for l in lines if l['type'] == 'file'}
    summary = [l for l in lines if l['type'] == 'summary']
    return got, run.returncode, summary[0] if summary else {}, run.stderr.decode()


def frame(kind, payload=b'', flags=0, n=None):
    size = len(payload) if n is None else n
    return (size.to_bytes(4, 'little') + kind.to_bytes(2, 'little') +
            flags.to_bytes(2, 'little') + payload)


def raw(*frames):
    return 'HOSTILE raw ' + b''.join(frames).hex()


FORBIDDEN, BROKE = '*made a forbidden system call', '*broke the protocol'
FINDING, DONE, LAST, STATS, INCLUDE, COMPILED = 9, 10, 11, 12, 14, 17  # enum wire_type
u32 = lambda v: v.to_bytes(4, 'little')

# mov $20, %eax; int $0x80; ret - some kernels and hypervisors have no such gate: then it is a fault.
GATE = """import ctypes, mmap
m = mmap.mmap(-1, 4096, prot=7)
m.write(bytes.fromhex('b814000000cd80c3'))
ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()"""
has_gate = subprocess.run([sys.executable, '-c', GATE], stderr=subprocess.DEVNULL).returncode == 0

# One file each; scanned in one run. What it does, and the reason that is expected.
ALONE = {
    'int80': ('HOSTILE int80', FORBIDDEN if has_gate else '*crashed (SIGSEGV)'),
    'x32-getpid': (f'HOSTILE syscall {0x40000000 + 39}', FORBIDDEN),
    'x32-pread': (f'HOSTILE syscall {0x40000000 + 17} 3', FORBIDDEN),
    'io_uring_setup': ('HOSTILE syscall 425 8', FORBIDDEN),
    'open': ('HOSTILE open', FORBIDDEN),
    'socket': ('HOSTILE syscall 41 2 1', FORBIDDEN),
    'vsock': ('HOSTILE syscall 41 40 1', FORBIDDEN),
    'execve': ('HOSTILE exec', FORBIDDEN),
    'fork': ('HOSTILE syscall 57', FORBIDDEN),
    'clone-thread': ('HOSTILE syscall 56 0x10f00', FORBIDDEN),
    'ptrace': ('HOSTILE syscall 101', FORBIDDEN),
    'kill-all': ('HOSTILE syscall 62 -1 9', FORBIDDEN),
    'mprotect-exec': ('HOSTILE syscall 10 0 4096 4', FORBIDDEN),
    'mmap-exec': ('HOSTILE exec-memory', FORBIDDEN),
    'mmap-fixed': ('HOSTILE syscall 9 65536 4096 3 0x32 -1', FORBIDDEN),
    'mmap-shared-anon': ('HOSTILE syscall 9 0 4096 3 0x21 -1', FORBIDDEN),
    'mmap-shared-write': ('HOSTILE syscall 9 0 4096 3 1 3', FORBIDDEN),
    'mremap-fixed': ('HOSTILE syscall 25 0 4096 4096 3 65536', FORBIDDEN),
    'sendmsg-elsewhere': ('HOSTILE syscall 46 1', FORBIDDEN),
    'write-channel': ('HOSTILE syscall 1 3', FORBIDDEN),
    'cpu-clock': ('HOSTILE syscall 228 6', FORBIDDEN),
    'abort': ('HOSTILE crash 6', FORBIDDEN),
    'segv': ('HOSTILE segv', '*crashed (SIGSEGV)'),
    'exit-0': ('HOSTILE exit 0', '*ended by itself (code 0)'),
    'exit-7': ('HOSTILE exit 7', '*ended by itself (code 7)'),
    'memory': ('HOSTILE memory', '*'),
    'flood': ('HOSTILE flood', '*said too much'),
    'endless-frame': ('HOSTILE endless', BROKE),
    'more-of-nothing': ('HOSTILE more', BROKE),
    'many-findings': ('HOSTILE hoard small', '*said too much'),
    'wrong-id': ('HOSTILE done 1000000', BROKE),
    'send-descriptor': ('HOSTILE sendfd', BROKE),
    'unknown-type': (raw(frame(77)), BROKE),
    'unknown-flag': (raw(frame(DONE, u32(0), flags=4)), BROKE),
    'short-frame': (raw(frame(DONE, b'\0')), BROKE),
    'long-frame': (raw(frame(DONE, u32(0) + b'\0')), BROKE),
    'cut-frame': (raw(frame(DONE, u32(0), n=5)), BROKE),
    'huge-length': (raw(frame(DONE, u32(0), n=0xffffffff)), BROKE),
    'cut-head': (raw(b'\0\0\0\0\7'), BROKE),
    'half-a-frame-then-another': (raw(frame(FINDING, b'x', flags=1), frame(DONE, u32(0))), BROKE),
    'empty-finding': (raw(frame(FINDING)), BROKE),
    'finding-of-no-kind': (raw(frame(FINDING, b'\xff' + bytes(28))), BROKE),
    'finding-with-a-million-tags':
        (raw(frame(FINDING, b'\0' + bytes(16) + u32(1 << 20) + bytes(8))), BROKE),
    'empty-message': ('HOSTILE raw ', '*'),
    'last-with-payload': (raw(frame(LAST, b'x')), BROKE),
    'short-stats': (raw(frame(STATS, bytes(79))), BROKE),
}
for kind in set(range(1, 20)) - {FINDING, DONE, LAST, STATS}:
    ALONE[f'frame-{kind}-now'] = (raw(frame(kind)), BROKE)

# --- every file that does something forbidden is failed, and nothing else suffers
files = {n: t for n, (t, _) in ALONE.items()}
files |= {f'{n}-neighbour': EICAR for n in ALONE}
files |= {'clean': 'nothing'}
got, code, summary, _ = scan(files, '-j2', '--memory', '32M')
for name, (_, want) in ALONE.items():
    verdict, reason, rules = got.get(name, ('missing', '', []))
    check(f'{name}: {reason}', verdict == 'failed' and fnmatch.fnmatch(reason, want) and not rules,
          f'{verdict}, {rules}, wanted {want}')
bad = [n for n in files if n.endswith('-neighbour') and got.get(n) != ('malicious', '', ['eicar'])]
check('the files beside them are scanned as ever', not bad, bad)
check('a clean file stays clean', got.get('clean', ['?'])[0] == 'clean')
check('exit code 1: found', code == 1, code)
check('the summary counts both', summary.get('failed') == len(ALONE) and
      summary.get('malicious') == len(ALONE), summary)

# --- every system call number
# The kernel shows uretprobe and uprobe to no filter (kernel/seccomp.c); they do nothing
# unless its own trampoline makes them.
UNFILTERED = {335, 336}
policy = set(re.findall(r'^ALLOW\((\w+)', pathlib.Path(POLICY).read_text(), re.M))
header = subprocess.run(['cc', '-E', '-dM', '-include', 'sys/syscall.h', '-x', 'c', '/dev/null'],
                        capture_output=True, text=True).stdout
numbers = {m[1]: int(m[2]) for m in re.finditer(r'#define __NR_(\w+) (\d+)', header)}
permitted = {numbers[n] for n in policy if n in numbers}
check('every call of policy.def has a number', len(permitted) == len(policy), policy)
for args in ('', ' 3 1 1 1 1 1'):
    files = {f'{nr:03}': f'HOSTILE syscall {nr}{args}' for nr in range(501) if nr not in permitted | UNFILTERED}
    got, code, _, _ = scan(files, '-j2')
    bad = [(n, got.get(n)) for n in files
           if (got.get(n) or ' ')[0] != 'failed' or not fnmatch.fnmatch(got[n][1], FORBIDDEN)]
    check(f'none of {len(files)} other calls is possible, arguments{args or " zero"}', not bad, bad)
    check('exit code 2: not everything was scanned', code == 2, code)

got, _, _, _ = scan({str(nr): f'HOSTILE syscall {nr}' for nr in UNFILTERED})
check('nor do the ones that filters do not see', not any(r for _, _, r in got.values()), got)

# --- what a worker says is not what the parent holds: a file's findings are bounded
def peak(*args):
    """(peak memory of candor in MB, its exit code, its output)"""
    with tempfile.TemporaryFile() as out:
        run = subprocess.Popen([CANDOR, *args], stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return usage.ru_maxrss / 1000, run.returncode, out.read()


with tempfile.TemporaryDirectory() as d:
    os.chmod(d, 0o755)
    path = pathlib.Path(d)
    (path / 'r.yar').write_text('rule')
    for kind in ('text', 'tags', 'matches'):
        (path / 'f').write_text('HOSTILE hoard ' + kind)
        for options in (['--json'], []):
            mb, code, out = peak('scan', '-j1', '--all', '--tags', '--matches', *options, '-r',
                                 path / 'r.yar', path / 'f')
            check(f'100 MB of {kind} in {mb:.0f} MB of {options or "text"}', mb < 100 and
                  b'more was found than is told' in out, (mb, code, len(out)))
        mb, code, out = peak('yara', '-s', '-g', path / 'r.yar', path / 'f')
        check(f'100 MB of {kind} in {mb:.0f} MB as yara', mb < 200, (mb, code, len(out)))
    for options in (['--json'], []):
        mb, code, out = peak('dump', *options, path / 'f')
        check(f'dump, with {mb:.0f} MB', mb < 100, (mb, code, len(out)))

# --- hangs: killed by the parent; beside others, only the guilty one fails
files = {f'{i:02}': EICAR for i in range(20)} | {'07-hang': 'HOSTILE hang'}
got, code, _, _ = scan(files, '-j1', '--timeout', '0.2')
check('a hang is failed: ' + got['07-hang'][1], got['07-hang'][:2] ==
      ('failed', 'the worker took too long'), got)
check('and its neighbours are not', all(got[n][0] == 'malicious' for n in files if n != '07-hang'))
got, code, _, _ = scan({'close': 'HOSTILE close'}, '--timeout', '5')
check('a worker that closes its channel is ended: ' + got['close'][1],
      got['close'][:2] == ('failed', 'the worker closed its channel'), got)

# --- one worker a file
got, code, summary, _ = scan({f'{i:02}': EICAR for i in range(10)}, '--isolate', '--stats')
check('--isolate: a worker for each file', summary['stats']['workers_started'] == 10 and
      summary['malicious'] == 10, summary)

# --- a worker that cannot begin
for rules, want in (('refuse', '*not a database*'), ('crash-at-start', '*cannot scan: the worker*')):
    got, code, _, err = scan({'a': 'x'}, rules=rules)
    check(f'{rules}: ' + err.strip(), code == 2 and fnmatch.fnmatch(err.strip(), want), (code, err))

# --- what a module is given is read by a worker, too, before it begins
for text, want in (('refuse', "*what is given to the module 'm': refused"),
                   ('crash-at-report', '*cannot scan: the worker*')):
    with tempfile.NamedTemporaryFile('w') as report:
        report.write(text)
        report.flush()
        got, code, _, err = scan({'a': EICAR}, '-x', 'm=' + report.name)
    check(f'given: {text}: ' + err.strip(), code == 2 and not got.get('a', ('', '', []))[2] and
          fnmatch.fnmatch(err.strip(), want), (got, code, err))

# --- compiling is confined, too
COMPILE = {
    'open': ('HOSTILE open', FORBIDDEN),
    'segv': ('HOSTILE segv', '*crashed (SIGSEGV)*'),
    'hang': ('HOSTILE hang', '*took too long*'),
    'flood': (raw(frame(FINDING)), BROKE),
    'endless': ('HOSTILE endless', BROKE),
    'exit': ('HOSTILE exit 0', '*ended by itself*'),
    'memory': ('HOSTILE memory', '*'),
    'unasked-include': (raw(frame(INCLUDE, u32(1) + b'9' + u32(1) + b'x')), BROKE),
    'wrong-result': (raw(frame(COMPILED, u32(1000))), BROKE),
    'descriptor': ('HOSTILE sendfd', BROKE),
}
for name, (text, want) in COMPILE.items():
    with tempfile.TemporaryDirectory() as d:
        path = pathlib.Path(d)
        (path / 'r.yar').write_text(text)
        run = subprocess.run([CANDOR, 'compile', '--timeout', '1', '--memory', '32M', '-o',
                              path / 'o.cdr', path / 'r.yar'], capture_output=True, timeout=20)
        err = run.stderr.decode().strip()
        check(f'compile, {name}: {err}', run.returncode == 2 and fnmatch.fnmatch(err, want) and
              not (path / 'o.cdr').exists(), (run.returncode, run.stdout))


# --- what the kernel says about a running worker
def children(pid):
    try:
        return [int(p) for p in pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text().split()]
    except OSError:
        return []


def status(pid):
    return dict(l.split(':', 1) for l in pathlib.Path(f'/proc/{pid}/status').read_text().splitlines())


with tempfile.TemporaryDirectory() as d:
    os.chmod(d, 0o755)
    path = pathlib.Path(d)
    (path / 'r.yar').write_text('rule')
    (path / 'f').write_text('HOSTILE hang')
    env = {**os.environ, 'SECRET': 'not for the worker'}
    run = subprocess.Popen([CANDOR, 'scan', '-r', path / 'r.yar', path / 'f'], env=env,
                           stdout=subprocess.DEVNULL)
    for _ in range(200):
        pids = [p for p in children(run.pid) if status(p).get('Seccomp', '').strip() == '2']
        if pids and status(pids[0])['State'].split()[0] == 'R':
            break
        time.sleep(0.02)
    check('a worker runs', len(pids) == 1, pids)
    s = {k: v.strip() for k, v in status(pids[0]).items()}
    check('Seccomp: 2', s['Seccomp'] == '2')
    check('NoNewPrivs: 1', s['NoNewPrivs'] == '1')
    check('no capability', all(int(s[c], 16) == 0 for c in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb')))
    check('one thread', s['Threads'] == '1')
    if os.geteuid() == 0:
        check('nobody: ' + s['Uid'], '0' not in s['Uid'].split() + s['Gid'].split())
        check('no groups', s['Groups'] == '', s['Groups'])
        proc = pathlib.Path(f'/proc/{pids[0]}')
        check('an empty environment', (proc / 'environ').read_bytes() == b'')
        fds = {int(f.name): os.readlink(f) for f in (proc / 'fd').iterdir()}
        files = [t for t in fds.values() if t != '/dev/null' and not t.startswith('socket:')]
        check(f'descriptors: {sorted(fds.values())}', len(fds) <= 5 and
              [t for t in files if 'candor' not in t and t != str(path / 'f')] == [], fds)
        check('knows no path', str(path).encode() not in (proc / 'cmdline').read_bytes())
    run.send_signal(signal.SIGKILL)
    run.wait()
    for _ in range(100):
        gone = not pathlib.Path(f'/proc/{pids[0]}').exists() or \
            status(pids[0])['State'].split()[0] in 'ZX'
        if gone:
            break
        time.sleep(0.02)
    check('it ends with its parent', gone)

done()
