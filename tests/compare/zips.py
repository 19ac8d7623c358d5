#!/usr/bin/env python3
"""zips.py CANDOR - what hides in an archive besides its members is never called compression.

The zips are made by hand: each holds the same two members for who reads the directory, and something else for who
reads from the start. Other archives have something behind their end.
"""
import io
import struct
import zipfile
import zlib

from rig import ar, cab, check, compare, deb, finish, found, gz, member, rar, seven, tar

GOOD, EVIL = b'#!/bin/sh\necho good\n', b'#!/bin/sh\necho evil\n'
OUTSIDE = 'outside of the members bytes differ that the directory does not account for'


def deflated(data, level=9):
    z = zlib.compressobj(level, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush()


def entry(name, data, at, *, method=0, flags=0, packed=None, local=None, told=None, extra=b'', central=b'',
          comment=b'', descriptor=b'', made=20):
    """A member's local part and its row of the directory: APPNOTE 4.3.7 and 4.3.12."""
    packed = data if packed is None else packed
    local = name if local is None else local
    sizes = struct.pack('<III', *((zlib.crc32(data), len(packed), len(data)) if told is None else told))
    head = struct.pack('<HHHHH', 20, flags, method, 0, 0x5000)
    first = b'PK\3\4' + head + sizes + struct.pack('<HH', len(local), len(extra)) + local + extra + packed + descriptor
    row = (b'PK\1\2' + struct.pack('<H', made) + head + struct.pack('<III', zlib.crc32(data), len(packed), len(data)) +
           struct.pack('<HHHHHII', len(name), len(central), len(comment), 0, 0, 0, at) + name + central + comment)
    return first, row


def make(*more, gap=b'', comment=b'', behind=b'', before_end=b'', hidden=None, zip64=False, **how):
    """A zip of a.sh and b.txt; how changes the first of them, more are bytes before it."""
    out, rows = b''.join(more), []
    shift = len(out)
    for name, data, options in ((b'a.sh', GOOD, how), (b'b.txt', b'text', {})):
        first, row = entry(name, data, len(out) - shift, **options)
        rows.append(row)
        out += first + gap
        if hidden is not None and name == b'a.sh':
            out += entry(name, hidden, 0)[0]
    at, size = len(out) - shift, sum(map(len, rows))
    out += b''.join(rows) + before_end
    count = 2
    if zip64:
        big = len(out)
        out += b'PK\6\6' + struct.pack('<QHHIIQQQQ', 44, 45, 45, 0, 0, 2, 2, size, at)
        out += b'PK\6\7' + struct.pack('<IQI', 0, big, 1)
        count, size, at = 0xffff, 0xffffffff, 0xffffffff
    return out + b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, count, count, size, at, len(comment)) + comment + behind


base = make()
packed = deflated(GOOD)
stream = make(method=8, packed=packed)
crc = struct.pack('<III', zlib.crc32(GOOD), len(packed), len(GOOD))
ROWS = [
    # name, two zips, the classes that differ, a part of what is said
    ('between the members', base, make(gap=EVIL), {'code'}, OUTSIDE),
    ('a member that the directory does not list', base, make(hidden=EVIL), {'code'}, OUTSIDE),
    ('behind the end', base, make(behind=EVIL), {'code'}, OUTSIDE),
    ('a whole zip in front', base, make(hidden=None).replace(GOOD, EVIL) + base, {'code'}, OUTSIDE),
    ('the same, with offsets that know of it', base, make(make()), {'code'}, OUTSIDE),
    ('zeros between members', base, make(gap=bytes(8)), {'metadata'}, 'other fill'),
    ('another name before the data', base, make(local=b'c.sh'), None, 'headers what stands before the data'),
    ('another size before the data', base, make(told=(1, 2, 3)), {'code'}, 'headers what stands before the data'),
    ('behind the end of a deflated stream', stream, make(method=8, packed=packed + EVIL), {'code'},
     "data bytes lie behind the end of a member's data"),
    ('an extra field nobody knows', base, make(extra=b'\x34\x12\4\0evil'), {'data'}, 'extra fields they hold'),
    ('the same in the directory', base, make(central=b'\x34\x12\4\0evil'), {'data'}, 'extra fields they hold'),
    ('an extra field of times', base, make(extra=b'UT\5\0\1\0\0\0\1'), {'timestamp'}, ''),
    ('one that holds more than times', base, make(extra=b'UT\x40\0\1' + b'x' * 63), None, 'extra fields they hold other b'),
    ('an extra field of owners', base, make(extra=b'ux\x0b\0\1\4\1\0\0\0\4\1\0\0\0'), None, 'they hold other owners'),
    ('the mark of a jar', base, make(extra=b'\xfe\xca\0\0'), {'compression'}, ''),
    ("the archive's comment", base, make(comment=b'evil'), {'data'}, 'comment the archive has another comment'),
    ('stored, and deflated', base, stream, {'compression'}, ''),
    ('deflated in another way', make(method=8, packed=deflated(GOOD, 1)), make(method=8, packed=deflated(GOOD, 0)),
     {'compression'}, ''),
    ('sizes behind the data', stream, make(method=8, packed=packed, flags=8, told=(0, 0, 0),
                                            descriptor=b'PK\7\x08' + crc), {'metadata'}, 'directory it says'),
    ('sizes behind the data, and more', make(method=8, packed=packed, flags=8, told=(0, 0, 0), descriptor=crc),
     make(method=8, packed=packed, flags=8, told=(0, 0, 0), descriptor=crc + EVIL), {'code'}, OUTSIDE),
    ('zip64', base, make(zip64=True), {'compression'}, ''),
    ('zip64, with a gap', base, make(zip64=True, gap=EVIL), {'code'}, OUTSIDE),
    ('made on another system', base, make(made=0x314), None, ''),
]
for name, a, b, classes, said in ROWS:
    for way, (x, y) in {'': (a, b), ', the other way': (b, a)}.items():
        for suffix in '.zip', '.jar':
            got = compare(x, y, suffix=suffix)
            lines = found(got)
            ok = classes is None or set(got['classes']) == classes
            check(f'{name}{way} {suffix}', ok and got['exit'] == 1 and got['complete'] and
                  any(said in line for line in lines) and (classes == {'compression'} or
                                                           'compression' not in got['classes']), (got['classes'], lines))


def written(level, comment=b'', made=3):
    """What Python's own module makes of the two members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        for n, data in ('a.sh', GOOD * 50), ('b.txt', b'text' * 500):
            info = zipfile.ZipInfo(n, (2026, 11, 29, 10, 0, 0))
            info.create_system, info.comment, info.compress_type = made, comment, zipfile.ZIP_DEFLATED
            z.writestr(info, data, compresslevel=level)
    return out.getvalue()


got = compare(written(1), written(9))
check('a real zip, another level', got['headline'] == 'differs only in compression', found(got))
got = compare(written(1), written(1, comment=b'#!/bin/sh'))
check("members' comments", set(got['classes']) == {'data'} and 'comments members have other' in found(got)[0], found(got))
cut = written(9)
for name, a, b in (('a zip whose end is gone', cut, cut[:-30]),
                   ('between the directory and its end', base, make(before_end=EVIL)),
                   ('bytes that are no extra field', base, make(extra=b'\xff\xffe'))):
    got = compare(a, b)
    check(name, got['verdict'] in ('code', 'incomplete') and not got['complete'] and got['exit'] != 0, found(got))

# --- other archives: something behind the end
files = {'a': b'1' * 40, 'b.txt': b'text'}
cpio = b''
for name, data in ('a', b'1'), ('TRAILER!!!', b''):
    n = name.encode() + b'\0'
    cpio += ('070701' + ''.join(f'{v:08x}' for v in (1, 0o100644, 0, 0, 1, 1700000000, len(data), 0, 0, 0, 0, len(n),
                                                      0))).encode() + n
    cpio += bytes(-len(cpio) % 4) + data
    cpio += bytes(-len(cpio) % 4)
BEHIND = [('tar', tar(member('a', b'1')), {'data'}), ('gzip', gz(b'x' * 1000), {'data'}), ('cpio', cpio, {'code'}),
          ('7z', seven(files), {'data'}), ('cab', cab(files), {'data'}), ('rar', rar(files), {'data'})]
for name, data, classes in BEHIND:
    got = compare(data, data + EVIL * 3)
    check(f'something behind a {name}', set(got['classes']) == classes and got['exit'] == 1, (got['classes'], found(got)))
    got = compare(data + EVIL * 3, data + GOOD * 3)
    check(f'something else behind a {name}', set(got['classes']) == classes and got['exit'] == 1, found(got))
for name, data in ('ar', ar(('one/', b'1'))), ('deb', deb({'control': b'Package: x\n'}, {'x': b'1'})):
    got = compare(data, data + EVIL * 20)
    check(f'something behind an {name}', got['exit'] != 0 and got['verdict'] != 'differs' or
          not set(got['classes']) <= {'metadata', 'compression', 'timestamp'}, found(got))
finish()
