#!/usr/bin/env python3
"""example.py ROOT BUILD SHARED STATIC WORKER - examples/scan.c as a stranger builds it.

Header, libraries and candor.pc are laid out as `make install` does; the program is
compiled with what pkg-config says, shared and static, and run. Speaks TAP.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402

ROOT, BUILD, SHARED, STATIC, WORKER = (pathlib.Path(p).resolve() for p in sys.argv[1:6])


def run(*args, env=None):
    return subprocess.run([str(a) for a in args], text=True, capture_output=True,
                          env={**os.environ, **(env or {})})


def lay_out(prefix):
    """What `make install` puts there, and what pkg-config is told of it."""
    lib = prefix / 'lib'
    (prefix / 'include').mkdir(parents=True)
    (lib / 'pkgconfig').mkdir(parents=True)
    shutil.copy(ROOT / 'src/lib/candor.h', prefix / 'include')
    shutil.copy(SHARED, lib / 'libcandor.so.1')
    (lib / 'libcandor.so').symlink_to('libcandor.so.1')
    shutil.copy(STATIC, lib / 'libcandor.a')
    pc = (BUILD / 'meson-private/candor.pc').read_text().splitlines()
    fixed = {'prefix=': f'prefix={prefix}', 'libdir=': 'libdir=${prefix}/lib',
             'includedir=': 'includedir=${prefix}/include'}
    (lib / 'pkgconfig/candor.pc').write_text('\n'.join(
        next((v for k, v in fixed.items() if line.startswith(k)), line) for line in pc) + '\n')


def flags(prefix, *options):
    out = run('pkg-config', *options, '--cflags', '--libs', 'candor',
              env={'PKG_CONFIG_PATH': str(prefix / 'lib/pkgconfig')})
    check(out.returncode == 0, f'pkg-config {" ".join(options) or "candor"}', out.stderr)
    return out.stdout.split()


def use(program, env, where):
    """Compiles rules, finds, finds nothing, and cannot read."""
    (where / 'r.yar').write_text('include "inc.yar"\nrule b { condition: in_inc }\n')
    (where / 'inc.yar').write_text('rule in_inc { strings: $a = "find" condition: $a }\n')
    (where / 'wrong.yar').write_text('\nrule w { condition: nothing }\n')
    (where / 'yes').write_text('to find, find')
    (where / 'no').write_text('nothing')
    out = run(program, f'--worker={WORKER}', where / 'r.yar', where / 'no', where / 'yes', env=env)
    want = (f'{where}/yes: in_inc\n  $a at 3, 4 bytes\n  $a at 9, 4 bytes\n{where}/yes: b\n')
    check((out.returncode, out.stdout, out.stderr) == (1, want, ''), 'it finds', out)
    out = run(program, f'--worker={WORKER}', where / 'r.yar', where / 'no', env=env)
    check((out.returncode, out.stdout) == (0, ''), 'and does not find', out)
    out = run(program, f'--worker={WORKER}', where / 'r.yar', where / 'absent', env=env)
    check(out.returncode == 2 and 'no such file' in out.stderr, 'says what it cannot read', out)
    out = run(program, f'--worker={WORKER}', where / 'wrong.yar', where / 'no', env=env)
    check(out.returncode == 2 and 'wrong.yar:2: error: undefined identifier "nothing"' in out.stderr,
          'and what is wrong with rules', out)
    out = run(program, f'--worker={where}', where / 'r.yar', where / 'no', env=env)
    check(out.returncode == 2, 'a folder is no worker', out)


with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    lay_out(d / 'prefix')
    strict = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror']
    out = run('cc', *strict, '-o', d / 'shared', ROOT / 'examples/scan.c', *flags(d / 'prefix'))
    check(out.returncode == 0, 'the example compiles', out.stderr)
    use(d / 'shared', {'LD_LIBRARY_PATH': str(d / 'prefix/lib')}, d)
    (d / 'prefix/lib/libcandor.so').unlink()  # now only the archive is there to be found
    out = run('cc', *strict, '-o', d / 'static', ROOT / 'examples/scan.c',
              *flags(d / 'prefix', '--static'))
    check(out.returncode == 0, 'and links without the shared library', out.stderr)
    use(d / 'static', {}, d)
done()
