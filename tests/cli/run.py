#!/usr/bin/env python3
"""run.py CANDOR [--update] [--slow] [NAME]... - runs the command and compares what it says.

A test is NAME.sh, run in an empty folder with $candor, and what is expected beside it:
NAME.stdout, NAME.stderr (absent: nothing) and NAME.exit (absent: 0). A * in an
expected line stands for anything. A script that exits 77 is skipped; one whose first
lines hold "slow" only runs with --slow. Prints TAP.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
candor = str(pathlib.Path(sys.argv[1]).resolve())
flags = {a for a in sys.argv[2:] if a.startswith('--')}
names = [a for a in sys.argv[2:] if not a.startswith('--')]


def expected(script, kind, default=''):
    f = script.with_suffix('.' + kind)
    return f.read_text(errors='surrogateescape') if f.exists() else default


def agrees(want, have):
    want, have = want.split('\n'), have.split('\n')
    return len(want) == len(have) and all(
        re.fullmatch('.*'.join(map(re.escape, w.split('*'))), h) for w, h in zip(want, have))


def update(script, kind, have, default=''):
    f = script.with_suffix('.' + kind)
    if have == default:
        f.unlink(missing_ok=True)
    elif not agrees(expected(script, kind), have):
        f.write_text(have, errors='surrogateescape')


scripts = sorted(s for s in HERE.glob('*.sh') if not names or s.stem in names)
print(f'1..{len(scripts)}')
bad = 0
for number, script in enumerate(scripts, 1):
    if 'slow' in script.read_text().split('\n\n')[0] and '--slow' not in flags:
        print(f'ok {number} - {script.stem} # SKIP slow', flush=True)
        continue
    with tempfile.TemporaryDirectory(prefix='candor-cli-') as d:
        os.chmod(d, 0o755)
        env = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'candor': candor, 'TMPDIR': d,
               'slow': '1' if '--slow' in flags else '', 'here': str(HERE)}
        try:
            run = subprocess.run(['sh', script], cwd=d, env=env, capture_output=True,
                                 timeout=900 if '--slow' in flags else 60,
                                 stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as e:
            run = subprocess.CompletedProcess([], 124, e.stdout or b'', b'it does not end\n')
        subprocess.run(['chmod', '-R', 'u+rwX', d], stderr=subprocess.DEVNULL)
        subprocess.run(['rm', '-rf', d + '/x'])
    have = {'stdout': run.stdout.decode(errors='surrogateescape'),
            'stderr': run.stderr.decode(errors='surrogateescape'), 'exit': f'{run.returncode}\n'}
    if run.returncode == 77:
        print(f'ok {number} - {script.stem} # SKIP {have["stdout"].strip()}', flush=True)
        continue
    if '--update' in flags:
        for kind, text in have.items():
            update(script, kind, text, '0\n' if kind == 'exit' else '')
    wrong = [k for k in have
             if not agrees(expected(script, k, '0\n' if k == 'exit' else ''), have[k])]
    bad += bool(wrong)
    print(f'{"not " if wrong else ""}ok {number} - {script.stem}', flush=True)
    for k in wrong:
        text = f'{k} is:\n{have[k]}instead of:\n{expected(script, k)}'
        print(''.join(f'# {l}\n' for l in text.encode('utf-8', 'backslashreplace').decode()
                      .split('\n')), end='', flush=True)
sys.exit(bad != 0)
