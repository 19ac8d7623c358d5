#!/usr/bin/env python3
"""zips.py CANDOR - what hides in an archive besides its members is never called compression.

The zips are made by hand: each holds the same two members for who reads the directory, and something else for who
reads from the start. Other archives have something behind their end.
"""
import bz2
import io
import lzma
import shutil
import struct
import subprocess
import zipfile
import zlib

from rig import ar, cab, check, compare, deb, finish, found, gz, member, place, rar, seven, skip, tar

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

# --- something, and the same in a compressor's stream
def by(program):
    return lambda d: subprocess.run([program, '-cq'], input=d, capture_output=True, check=True).stdout


tree, other = (tar(member('doc/readme', b'line\n' * 200 + d), member('x', b'1')) for d in (b'one\n', b'two\n'))
STREAMS = {'gz': gz, 'xz': lzma.compress, 'bz2': bz2.compress, 'zst': by('zstd'), 'lz4': by('lz4')}
for name, pack in STREAMS.items():
    if name in ('zst', 'lz4') and shutil.which({'zst': 'zstd', 'lz4': 'lz4'}[name]) is None:
        skip(f'{name}: streams', 'its program is not here')
        continue
    for what, data in ('tar', tree), ('cpio', cpio), ('ar', ar(('one/', b'1' * 90))), ('plain file', b'line\n' * 99):
        a, b = place(data, '.x'), place(pack(data), '.x.' + name)
        for x, y in (a, b), (b, a):
            got = compare(x, y)
            check(f'a {what} and itself as .{name}', got['headline'] == 'differs only in compression' and
                  got['exit'] == 1, found(got))
    got = compare(place(tree, '.tar'), place(pack(other), '.tar.' + name))
    check(f'a tar and another one as .{name}', got['headline'] == 'differs only in compression, text' and
          any('/doc/readme text line 201' in x for x in found(got)), found(got))
    got = compare(tree, pack(tree) + EVIL)
    check(f'a payload behind the .{name}', got['verdict'] == 'code' and got['exit'] == 1, found(got))
    got = compare(place(GOOD), place(pack(GOOD)))
    check(f'a script that becomes a .{name}', got['verdict'] == 'code' and
          any('what is run under this name is another file' in x for x in found(got)), found(got))
    packages = [ar(('debian-binary', b'2.0\n'), ('control.tar.gz', gz(tar(member('control', b'x')))),
                   (f'data.tar{end}', how(data))) for end, how, data in (
        ('', lambda d: d, tree), ('.' + name, pack, tree), ('.' + name, pack, other))]
    for a, b, want in ((packages[0], packages[1], 'compression'), (packages[1], packages[2], 'text')):
        got = compare(a, b)
        check(f'data.tar in a .deb as .{name}: {want}', got['headline'] == f'differs only in {want}' and
              got['complete'], found(got))
if shutil.which('zstd'):
    packed = by('zstd')(tree)
    hide = struct.pack('<II', 0x184d2a50, len(EVIL)) + EVIL
    got = compare(packed, packed + hide)
    check('a zstd frame that is skipped', set(got['classes']) == {'data'} and got['exit'] == 1, found(got))
    got = compare(tree, packed + hide)
    check('the same beside the tar', got['verdict'] == 'code', found(got))
field = lambda d: d[:3] + b'\4' + d[4:10] + struct.pack('<H', len(EVIL)) + EVIL + d[10:]
for name, bad in ('an extra field', field(gz(tree))), ('a member of nothing with an extra field', gz(tree) + field(gz(b''))):
    got = compare(gz(tree), bad)
    check(f'gzip: {name}', 'data' in got['classes'] and got['exit'] == 1, found(got))
    got = compare(tree, bad)
    check(f'gzip: {name}, beside the tar', got['verdict'] == 'code', found(got))

# --- other archives: what lies in their gaps
ROOM = b'#!/bin/sh\necho a payload that nothing unpacks\n'


def cab_gap(c, room):
    """Bytes between a cabinet's files and its data."""
    start = struct.unpack_from('<I', c, 36)[0]
    out = bytearray(c[:start] + room + c[start:])
    struct.pack_into('<I', out, 36, start + len(room))
    struct.pack_into('<I', out, 8, len(out))
    return bytes(out)


def cab_reserve(c, room):
    """Bytes that the header reserves."""
    shift = 4 + len(room)
    out = bytearray(c[:36] + struct.pack('<HBB', len(room), 0, 0) + room + c[36:])
    for at in 8, 16, 36 + shift:
        struct.pack_into('<I', out, at, struct.unpack_from('<I', out, at)[0] + shift)
    struct.pack_into('<H', out, 30, 4)
    return bytes(out)


def seven_start(s, body, head):
    start = struct.pack('<QQ', len(body), len(head)) + struct.pack('<I', zlib.crc32(head))
    return s[:8] + struct.pack('<I', zlib.crc32(start)) + start + body + head


def seven_parts(s):
    off, size = struct.unpack_from('<QQ', s, 12)
    return s[32:32 + off], s[32 + off:32 + off + size]


def seven_gap(s, room):
    body, head = seven_parts(s)
    return seven_start(s, body + room, head)


def seven_packed(s, room):
    """The header is packed by LZMA, and stands behind the members' data and the room."""
    body, head = seven_parts(s)
    raw = lzma.compress(head, lzma.FORMAT_RAW, filters=[{'id': lzma.FILTER_LZMA1, 'dict_size': 1 << 16}])
    number = lambda v: bytes([v]) if v < 128 else bytes([0x80 | v >> 8, v & 255])
    outer = (b'\x17\x06' + number(len(body) + len(room)) + b'\1\x09' + number(len(raw)) + b'\0' +
             b'\x07\x0b\1\0\1\x23\3\1\1\5\x5d' + struct.pack('<I', 1 << 16) + b'\x0c' + number(len(head)) +
             b'\x0a\1' + struct.pack('<I', zlib.crc32(head)) + b'\0\0')
    return seven_start(s, body + room + raw, outer)


def rar_block(r, room, kind=0x76):
    head = bytes([kind]) + struct.pack('<HH', 0, 7 + len(room)) + room
    return r[:20] + struct.pack('<H', zlib.crc32(head) & 0xffff) + head + r[20:]


def iso_gap(i, room):
    at = len(i) - 4096
    return i[:at] + room + i[at + len(room):]


def iso_slack(i, room):
    at = i.find(b'needle') + 6
    return i[:at] + room + i[at + len(room):]


def iso_application(i, room):
    return i[:32768 + 883] + room + i[32768 + 883 + len(room):]


GAPS = [('cab: before the data', cab(files), cab_gap), ('cab: reserved', cab(files), cab_reserve),
        ('7z: behind the data', seven(files), seven_gap), ('7z: before a packed header', seven(files), seven_packed),
        ('rar: a block of its own', rar(files), rar_block)]
if shutil.which('genisoimage'):
    tree_of = place(b'x').parent / 'tree'
    tree_of.mkdir()
    (tree_of / 'n.txt').write_bytes(b'needle')
    (tree_of / 'sub').mkdir()
    (tree_of / 'sub/m.txt').write_bytes(b'm' * 3000)
    subprocess.run(['genisoimage', '-quiet', '-J', '-r', '-o', tree_of.parent / 'x.iso', tree_of], check=True,
                   stderr=subprocess.DEVNULL)
    image = (tree_of.parent / 'x.iso').read_bytes()
    GAPS += [('iso: a sector of nobody', image, iso_gap), ('iso: behind a file', image, iso_slack),
             ('iso: for applications', image, iso_application)]
else:
    skip('iso', 'genisoimage is not here')
for name, good, hide in GAPS:
    for way, (a, b) in {'': (good, hide(good, ROOM)), ', the other way': (hide(good, ROOM), good),
                        ', another one': (hide(good, ROOM), hide(good, ROOM[:-2] + b'?\n'))}.items():
        got = compare(a, b)
        check(f'{name}{way}', got['verdict'] == 'code' and got['exit'] == 1 and got['complete'] and
              any('bytes that unpack to nothing differ' in x for x in found(got)), found(got))
got = compare(seven(files), seven_packed(seven(files), b''))
check('7z: a packed header is compression', got['headline'] == 'differs only in compression', found(got))
finish()
