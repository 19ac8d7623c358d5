"""rig.py - what the tests of candor compare share: running it, making archives, TAP."""
import gzip
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import done as finish, ok as check, skip  # noqa: E402

CANDOR = sys.argv[1]
folder = tempfile.TemporaryDirectory(prefix='candor-compare-')
ROOT = pathlib.Path(folder.name)
count = 0


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


def seven(files):
    """A 7z of {name: bytes}, stored (coder "copy"), as 7-Zip's 7zFormat.txt has it."""
    def number(v):
        return bytes([v]) if v < 0x80 else bytes([0x80 | v >> 8, v & 0xff]) if v < 0x4000 else \
            b'\xe0' + v.to_bytes(3, 'little')
    crc = lambda d: zlib.crc32(d).to_bytes(4, 'little')
    body, parts = b''.join(files.values()), list(files.values())
    names = b''.join(n.encode('utf-16-le') + b'\0\0' for n in files)
    head = (b'\x01\x04' + b'\x06\0\x01\x09' + number(len(body)) + b'\0' +
            b'\x07\x0b\x01\0\x01\x01\0\x0c' + number(len(body)) + b'\0' +
            b'\x08\x0d' + number(len(parts)) + b'\x09' + b''.join(number(len(p)) for p in parts[:-1]) +
            b'\x0a\x01' + b''.join(map(crc, parts)) + b'\0' + b'\0' +
            b'\x05' + number(len(parts)) + b'\x11' + number(len(names) + 1) + b'\0' + names + b'\0\0')
    start = struct.pack('<QQ', len(body), len(head)) + crc(head)
    return b"7z\xbc\xaf'\x1c\0\4" + crc(start) + start + body + head


def cab(files):
    """A cabinet of {name: bytes}, stored, of less than 32 KB."""
    body = b''.join(files.values())
    rows, at = b'', 0
    for name, data in files.items():
        rows += struct.pack('<IIHHHH', len(data), at, 0, 0x5b7d, 0x5000, 0x20) + name.encode() + b'\0'
        at += len(data)
    start = 44 + len(rows)
    return (b'MSCF' + struct.pack('<IIIIIBBHHHHH', 0, start + 8 + len(body), 0, 44, 0, 3, 1, 1, len(files), 0, 1, 0) +
            struct.pack('<IHH', start, 1, 0) + rows + struct.pack('<IHH', 0, len(body), len(body)) + body)


def rar(files):
    """A RAR 4 archive of {name: bytes}, stored (method 0x30)."""
    def block(kind, flags, rest, data=b''):
        head = bytes([kind]) + struct.pack('<HH', flags, 7 + len(rest)) + rest
        return struct.pack('<H', zlib.crc32(head) & 0xffff) + head + data
    out = b'Rar!\x1a\7\0' + block(0x73, 0, bytes(6))
    for name, data in files.items():
        out += block(0x74, 0x8000, struct.pack('<IIBIIBBHI', len(data), len(data), 3, zlib.crc32(data), 0x5b7d5000, 20,
                                               0x30, len(name), 0o100644) + name.encode(), data)
    return out + block(0x7b, 0x4000, b'')


def deb(control, data, mtime=1700000000, pack=gz):
    """A .deb of {name: bytes or (bytes, {mode: ...})} twice."""
    def tree(files):
        return tar(*(member('./' + n, *((d,) if isinstance(d, bytes) else (d[0],)), mtime=mtime,
                            **(d[1] if isinstance(d, tuple) else {})) for n, d in files.items()))
    return ar(('debian-binary', b'2.0\n', mtime), ('control.tar.gz', pack(tree(control)), mtime),
              ('data.tar.gz', pack(tree(data)), mtime))
