#!/usr/bin/env python3
"""large.py CANDOR - 300 MB and 20,000 files: memory does not grow with what is handed over."""
import os
import pathlib
import resource
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402
from vendor import Vendor

candor = str(pathlib.Path(sys.argv[1]).resolve())
work = pathlib.Path(tempfile.mkdtemp(prefix='candor-large-'))
MOST = 24 << 20  # three files take 7 MB; the names and digests of 20,000 some 13 MB more


def peak(pid):
    """Waits; (exit code, peak memory in bytes)."""
    _, status, use = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), use.ru_maxrss * 1024


def run(*args):
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # no apt-cache: its memory would be counted, too
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execve(candor, ['candor', 'handover', *map(str, args)], {'PATH': '/nonexistent'})
    return peak(pid)


v = Vendor(candor, work / 'vendor')
for i in range(30):
    with open(v.src / f'large{i}', 'wb') as f:
        f.write(os.urandom(4096))
        f.truncate(10 << 20)
for i in range(20000):
    (v.src / f'many/{i // 200}').mkdir(parents=True, exist_ok=True)
    (v.src / f'many/{i // 200}/{i}.c').write_text(f'int f{i};\n')
bundle = work / 'large.handover'
code, most = run('create', v.src, '-o', bundle, '--product', 'hello', '--version', '1', '--recipe', v.recipe,
                 '--artefact', v.artefact, '--key', v.key, '--dpkg', v.where / 'dpkg', '--date', '2026-11-29')
check(code == 0 and most < MOST, 'create', f'{bundle.stat().st_size} bytes, peak {most >> 10} kB')
code, most = run('verify', bundle, '--key', v.vkey)
check(code == 0 and most < MOST, 'verify', f'peak {most >> 10} kB')
code, most = run('open', bundle, work / 'to')
check(code == 0 and most < MOST, 'open', f'peak {most >> 10} kB')
shutil.rmtree(work)
done()
