"""rig.py - what the tests of candor compare share: running it, making archives, TAP."""
import gzip
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

CANDOR = sys.argv[1]
results = []
folder = tempfile.TemporaryDirectory(prefix='candor-compare-')
ROOT = pathlib.Path(folder.name)
count = 0


def check(name, ok, why=''):
    results.append(bool(ok))
    print(f'{"" if ok else "not "}ok {len(results)} - {name}', flush=True)
    if not ok:
        print('# ' + str(why)[:3000].replace('\n', '\n# '), flush=True)


def finish():
    print(f'1..{len(results)}')
    sys.exit(0 if all(results) else 1)


def place(data, suffix=''):
    """A new file with these bytes; its path."""
    global count
    count += 1
    path = ROOT / f'f{count}{suffix}'
    path.write_bytes(data)
    return path


def compare(a, b, *options, suffix='', env=None):
    """The JSON report and the exit code; a and b are bytes or paths."""
    a, b = (place(x, suffix) if isinstance(x, bytes) else x for x in (a, b))
    run = subprocess.run([CANDOR, 'compare', '--json', *options, str(a), str(b)], capture_output=True,
                         timeout=120, env={**os.environ, **(env or {})})
    got = json.loads(run.stdout) if run.stdout else {'verdict': run.stderr.decode(), 'statements': []}
    got['exit'] = run.returncode
    return got


def found(got, *kinds):
    """Statements that count, as 'path/path class where: what' lines."""
    out = []
    for s in got['statements']:
        if s['kind'] in (kinds or ('found', 'only_a', 'only_b', 'limit', 'damaged')):
            path = '/'.join(p['name'] + ('=>' + p['name_b'] if 'name_b' in p else '') for p in s['path'])
            out.append(' '.join(x for x in (path, s['kind'] if s['kind'] != 'found' else '', s.get('class', ''),
                                            s.get('name', ''), s.get('where', ''), s.get('what', '')) if x))
    return out


def member(name, data=b'', **more):
    t = tarfile.TarInfo(name)
    t.mtime = 1700000000
    t.mode = 0o644
    t.size = len(data)
    for k, v in more.items():
        setattr(t, k, v)
    return t, data


def tar(*members, form=tarfile.GNU_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=form) as t:
        for info, data in members:
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gz(data, mtime=0, level=9, name=b''):
    out = io.BytesIO()
    with gzip.GzipFile(name.decode(), 'wb', level, out, mtime) as g:
        g.write(data)
    return out.getvalue()


def ar(*members):
    """(name, data[, mtime]) each."""
    out = b'!<arch>\n'
    for name, data, *time in members:
        out += f'{name:<16}{time[0] if time else 0:<12}{0:<6}{0:<6}{"100644":<8}{len(data):<10}`\n'.encode()
        out += data + b'\n' * (len(data) & 1)
    return out


def deb(control, data, mtime=1700000000, pack=gz):
    """A .deb of {name: bytes or (bytes, {mode: ...})} twice."""
    def tree(files):
        return tar(*(member('./' + n, *((d,) if isinstance(d, bytes) else (d[0],)), mtime=mtime,
                            **(d[1] if isinstance(d, tuple) else {})) for n, d in files.items()))
    return ar(('debian-binary', b'2.0\n', mtime), ('control.tar.gz', pack(tree(control)), mtime),
              ('data.tar.gz', pack(tree(data)), mtime))
