#!/usr/bin/env python3
"""kinds.py CANDOR - each kind of container is opened behind the lock, and its members named.

What Debian's tools are there to make, they make; the others are skipped, and TAP says so.
"""
import bz2
import io
import lzma
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib

from rig import ROOT, ar, cab, check, compare, deb, finish, found, gz, member, place, rar, seven, skip, tar

OLD, NEW = b'one\ntwo\nthree\n', b'one\n2\nthree\n'
CHANGE = 'line 2 1 line removed, 1 added'


def opens(name, a, b, path, suffix=''):
    """The text that differs lies at path, and nothing else differs."""
    got = compare(a, b, suffix=suffix)
    want = [f'{path} text {CHANGE}']
    check(name, found(got) == want and got['exit'] == 1 and got['verdict'] == 'differs' and
          got['headline'] == 'differs only in text', (found(got), want, got['verdict'], got.get('why')))


def both(make):
    return make(OLD), make(NEW)


def zipped(data, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED, **more) as z:
        for name, content in (('a/same.txt', b'same\n' * 100), ('a/t\u00e9xt.txt', data)):
            info = zipfile.ZipInfo(name, (2026, 11, 29, 10, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            z.writestr(info, content)
    return out.getvalue()


def cpio(data):
    out = b''
    for ino, (name, content) in enumerate((('same', b'x'), ('dir/text', data), ('TRAILER!!!', b''))):
        n = name.encode() + b'\0'
        head = '070701' + ''.join(f'{v:08x}' for v in (ino, 0o100644, 0, 0, 1, 1700000000, len(content),
                                                       0, 0, 0, 0, len(n), 0))
        out += head.encode() + n
        out += b'\0' * (-len(out) % 4) + content
        out += b'\0' * (-len(out) % 4)
    return out


def rpm(script, payload):
    """The least that is an RPM: a lead, an empty signature, a header with two tags."""
    def head(tags):
        index, data = b'', b''
        for tag, text in tags:
            index += struct.pack('>IIII', tag, 6, len(data), 1)
            data += text + b'\0'
        return b'\x8e\xad\xe8\x01\0\0\0\0' + struct.pack('>II', len(tags), len(data)) + index + data
    out = b'\xed\xab\xee\xdb\3\0' + b'\0' * 90 + head([])
    return out + head([(1000, b'name'), (1007, b'host'), (1024, script)]) + payload


def tool(program, name, make):
    if shutil.which(program) is None:
        skip(name, f'{program} is not here')
    else:
        make()


def iso():
    def make(data):
        d = ROOT / 'iso'
        shutil.rmtree(d, ignore_errors=True)
        (d / 'sub').mkdir(parents=True)
        (d / 'sub/text.txt').write_bytes(data)
        subprocess.run(['genisoimage', '-quiet', '-J', '-r', '-o', ROOT / 'x.iso', d], check=True,
                       stderr=subprocess.DEVNULL)
        return (ROOT / 'x.iso').read_bytes()
    got = compare(make(OLD), make(NEW))
    lines = [x for x in found(got) if 'times' not in x]
    check('iso', lines == [f'sub/text.txt text {CHANGE}'] and got['exit'] == 1, found(got))


def squash():
    def make(data):
        d = ROOT / 'sq'
        shutil.rmtree(d, ignore_errors=True)
        d.mkdir()
        (d / 'text').write_bytes(data)
        subprocess.run(['mksquashfs', d, ROOT / 'x.sq', '-noappend', '-quiet', '-no-progress'], check=True,
                       stdout=subprocess.DEVNULL)
        return (ROOT / 'x.sq').read_bytes()
    got = compare(make(OLD), make(NEW))
    check('squashfs is not opened, and code until somebody looks', got['verdict'] == 'code' and
          any('squashfs is not opened' in x for x in found(got)), got)


def packed(program, data, *options):
    return subprocess.run([program, '-c', *options], input=data, capture_output=True, check=True).stdout


opens('tar', *both(lambda d: tar(member('x/same', b's'), member('x/text', d))), 'x/text')
opens('tar, pax, names that are not ASCII', *both(lambda d: tar(
    member('x/\u00e9\u4e2d', d), member('l' * 300, b'long'), form=tarfile.PAX_FORMAT)), 'x/\u00e9\u4e2d')
opens('tar, names that are no UTF-8', *both(lambda d: tar(member('x/\udcff\udcfe', b'same'), member('x/t', d))), 'x/t')
opens('tar, ustar', *both(lambda d: tar(member('p' * 90 + '/' + 'n' * 90, d), form=tarfile.USTAR_FORMAT)),
      'p' * 90 + '/' + 'n' * 90)
opens('ar', *both(lambda d: ar(('one/', b'1'), ('text/', d))), 'text')
opens('cpio', *both(cpio), 'dir/text')
opens('zip', *both(zipped), 'a/t\u00e9xt.txt')
opens('jar', *both(zipped), 'a/t\u00e9xt.txt', suffix='.jar')
opens('gzip', *both(gz), 'content')
opens('bzip2', *both(bz2.compress), 'content')
opens('xz', *both(lzma.compress), 'content')
opens('lzma', *both(lambda d: lzma.compress(d, lzma.FORMAT_ALONE)), 'file', suffix='.lzma')
tool('zstd', 'zstd', lambda: opens('zstd', *both(lambda d: packed('zstd', d, '-q')), 'content'))
tool('lz4', 'lz4', lambda: opens('lz4', *both(lambda d: packed('lz4', d, '-q')), 'content'))
# compress(1), of one letter each: its filter reads at once, and must not before the file is open
letters = compare(b'\x1f\x9d\x90\x61\xc4\x88\x01', b'\x1f\x9d\x90\x62\xc4\x88\x01', suffix='.Z')
check('compress', letters['headline'] == 'differs only in text', found(letters))
tool('genisoimage', 'iso', iso)
tool('mksquashfs', 'squashfs', squash)
opens('tar in gzip in tar in xz', *both(lambda d: lzma.compress(tar(member('in.tar.gz', gz(tar(member('t', d))))))),
      'content/in.tar.gz/in.tar/t')
opens('deb', *both(lambda d: deb({'control': b'Package: x\n'}, {'usr/share/doc/x/readme': d})),
      'data.tar.gz/data.tar/usr/share/doc/x/readme')
got = compare(rpm(b'exit 0', gz(cpio(OLD))), rpm(b'exit 1', gz(cpio(NEW))))
check('rpm: a script and a member', found(got) == [
    'header code tag 1024, script after installing it says something else',
    f'payload/payload/dir/text text {CHANGE}'] or found(got) == [
    'header code tag 1024, script after installing it says something else',
    f'payload/content/dir/text text {CHANGE}'], found(got))
for name, make in ('7z', seven), ('cab', cab), ('rar', rar):
    # the order of members is the same, so nothing but the content and what speaks of it differs
    old, new = (make({'same': b'same', 'dir/text': d}) for d in (OLD, NEW))
    got = compare(old, new)
    check(name, [x for x in found(got) if x.startswith('dir/text')] == [f'dir/text text {CHANGE}'] and
          set(got['classes']) <= {'text', 'metadata', 'compression'} and got['complete'], found(got))
    cut = compare(old, new[:-30])
    check(f'{name}, cut', cut['verdict'] in ('code', 'incomplete') and cut['exit'] != 0, found(cut))
    got = compare(old, make({'same': b'same', 'dir/text': OLD, 'more.sh': b'#!/bin/sh\n'}))
    check(f'{name}, a member more', 'only_b code more.sh only the second has it' in found(got), found(got))
got = compare(b'hsqs' + b'1' * 4000, b'hsqs' + b'2' * 4000)
check('what is not opened is named', got['verdict'] == 'code' and 'squashfs is not opened here: its bytes were '
      'compared' in found(got)[0], got)
got = compare(tar(member('DEBIAN/triggers', b'# made by dh 1\ninterest x\n')),
              tar(member('DEBIAN/triggers', b'# made by dh 2\ninterest x\n')))
check('triggers are declared, not run', got['verdict'] == 'differs', found(got))
got = compare(gz(OLD), bz2.compress(NEW))
check('two compressors are two streams', sorted(x.split()[1] for x in found(got)) == ['compressed', 'text'] or
      any('compressed as gzip, and as bzip2' in x for x in found(got)), found(got))
got = compare(gz(OLD), place(gz(NEW)), '--flat')
check('--flat opens nothing', got['verdict'] == 'code' and not any('line' in x for x in found(got)), found(got))


def png(text, level=9, pixel=0, when=b''):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes([pixel] * 30) for _ in range(10))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 10, 10, 8, 2, 0, 0, 0)) +
            (chunk(b'tIME', when) if when else b'') + chunk(b'tEXt', b'Comment\0' + text) +
            chunk(b'IDAT', zlib.compress(rows, level)) + chunk(b'IEND', b''))


TIME = struct.pack('>HBBBBB', 2026, 11, 29, 10, 0, 0)
got = compare(png(b'made 2026-11-29', when=TIME), png(b'made 2025-01-01', when=TIME[:-1] + b'\1'))
check('png: dates', got['headline'] == 'differs only in timestamp', found(got))
got = compare(png(b'x', level=1), png(b'x', level=9))
check('png: the same pixels', got['headline'] == 'differs only in compression', found(got))
got = compare(png(b'x'), png(b'y', pixel=7))
check('png: other pixels and another comment', got['headline'] == 'differs only in metadata, data', found(got))


def pdf(info, stream=b'BT ET', extra=b''):
    packed = zlib.compress(stream)
    return (b'%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n2 0 obj\n<< /Producer (x) /CreationDate (D:' + info +
            b') >>\nendobj\n3 0 obj\n<< /Length ' + str(len(packed)).encode() + b' /Filter /FlateDecode >>\nstream\n' +
            packed + b'\nendstream\nendobj\n' + extra + b'trailer\n<< /Info 2 0 R /ID [<' +
            zlib.crc32(info).to_bytes(4, 'big').hex().encode() * 4 + b'>] >>\nstartxref\n9\n%%EOF\n')


got = compare(pdf(b'20261129101944Z'), pdf(b'20250101000000Z'))
check('pdf: its date, and the identifier that follows', got['verdict'] == 'differs' and
      set(got['classes']) <= {'timestamp', 'build id', 'metadata', 'randomness'} and 'timestamp' in got['classes'],
      found(got))
got = compare(pdf(b'x', b'BT (one)\nTj ET'), pdf(b'x', b'BT (two)\nTj ET'))
check('pdf: text in a stream', 'text' in got['classes'] and 'code' not in got['classes'], found(got))
got = compare(pdf(b'x'), pdf(b'x', extra=b'4 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n'))
check('pdf: a script is code', got['verdict'] == 'code', found(got))
finish()
