#!/usr/bin/env python3
"""samples.py CANDOR - every format's samples, read whole by the worker that ships.

The other tests of formats run the parsers free. This one finds what works only there: a
call of libc's that the filter forbids. Prints TAP.
"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / 'gen')]
from tap import check, done  # noqa: E402
import msi  # noqa: E402

CANDOR = sys.argv[1]
FORMATS = 'crx dex dotnet elf lnk macho msi olecf pe vba zip'.split()


def large_msi():
    """More entries than libc sorts without asking for the size of memory."""
    f = msi.package()
    for i in range(500):
        f.stream([f'S{i:03}'], b'x')
    return msi.signed(msi.SHA256, f).build()


def dump(path):
    run = subprocess.run([CANDOR, 'dump', path], capture_output=True, timeout=60)
    return '' if run.returncode == 0 else f'{path.name}: {run.stderr.decode().strip()}'


with tempfile.TemporaryDirectory(prefix='candor-samples-') as d:
    for name in FORMATS:
        folder = pathlib.Path(d) / name
        folder.mkdir()
        subprocess.run([sys.executable, HERE.parent / 'gen' / f'{name}.py', folder], check=True)
        if name == 'msi':
            (folder / 'large.msi').write_bytes(large_msi())
        files = sorted(p for p in folder.rglob('*') if p.is_file())
        bad = [why for why in map(dump, files) if why]
        check(files and not bad, f'{len(files)} samples of {name}', '\n'.join(bad))
done()
