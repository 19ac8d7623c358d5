"""rig.py - logs in a folder of their own, and TAP, for the tests beside it."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ORIGIN = 'log.example/candor'
VKEY = 'log.example/candor+b794c424+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c'
PRIVATE = 'PRIVATE+KEY+log.example/candor+b794c424+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB'

tests, failed = 0, 0


def ok(good, name, note=''):
    """One TAP line."""
    global tests, failed
    tests += 1
    failed += not good
    print(f'{"" if good else "not "}ok {tests} - {name}', flush=True)
    if not good and note:
        print('# ' + str(note).replace('\n', '\n# '), flush=True)
    return good


def done():
    print(f'1..{tests}')
    sys.exit(1 if failed else 0)


def skip(why):
    """Nothing to test with: that is a failure where everything must be there."""
    if os.environ.get('CI'):
        ok(False, 'what the test needs is there', why)
        done()
    print(f'1..0 # SKIP {why}')
    sys.exit(0)


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, **more)


def go(where):
    """interop.go with x/mod as Debian packages it (no network, no modules), or None."""
    if not shutil.which('go') or not pathlib.Path('/usr/share/gocode/src/golang.org/x/mod').is_dir():
        return None
    env = dict(os.environ, GO111MODULE='off', GOPATH='/usr/share/gocode', GOFLAGS='', CGO_ENABLED='0')
    if not env.get('HOME'):
        env['GOCACHE'] = f'{where}/cache'
    r = run('go', 'build', '-o', f'{where}/interop', pathlib.Path(__file__).resolve().parent / 'interop.go', env=env)
    if r.returncode != 0:
        raise SystemExit('Bail out! go build: ' + r.stderr.decode())
    return f'{where}/interop'


def folder():
    """In memory where possible: a log syncs often."""
    memory = '/dev/shm'
    return tempfile.TemporaryDirectory(prefix='candor-log-', dir=memory if os.access(memory, os.W_OK) else None)


def entries(first, last):
    return b''.join(b'candor entry %d\0' % i for i in range(first, last))


class Log:
    """A log that candor writes, with the key of the vectors."""

    def __init__(self, candor, where, name='log'):
        self.candor, self.dir = candor, pathlib.Path(where) / name
        key = pathlib.Path(where) / f'{name}.key'
        key.touch(0o600)
        key.write_text(PRIVATE + '\n')
        self.size = 0
        self.must('init', '--origin', ORIGIN, '--key', key)

    def sub(self, verb, *args, **more):
        return run(self.candor, 'log', verb, self.dir, *args, **more)

    def must(self, verb, *args, **more):
        r = self.sub(verb, *args, **more)
        if r.returncode != 0:
            raise SystemExit(f'Bail out! log {verb}: {r.stderr.decode()}')
        return r.stdout.decode()

    def grow(self, size):
        """To so many entries, published."""
        self.must('add', '--stdin0', input=entries(self.size, size))
        self.must('checkpoint')
        self.size = size
        return self
