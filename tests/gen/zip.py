#!/usr/bin/env python3
"""ZIP archives for golden tests, written record by record: APPNOTE.TXT, section 4.3.

    zip.py OUTDIR     writes every sample there, NAME.zip

What is wanted of each was compared with YARA-X (tests/diff/yarax.py).
"""
import os
import struct
import sys
import zlib

ONES = 0xffffffff


def deflated(data):
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    return c.compress(data) + c.flush()


class Entry:
    def __init__(self, name, data=b'', method=0, flags=0, extra=b'', comment=b'', **fields):
        self.name, self.flags, self.method = name, flags, method
        self.extra, self.comment, self.fields = extra, comment, fields
        self.raw, self.packed = data, deflated(data) if method == 8 else data

    def local(self):
        return struct.pack('<IHHHIIIIHH', 0x04034b50, 20, self.flags, self.method, 0x58210000,
                           zlib.crc32(self.raw), len(self.packed), len(self.raw),
                           len(self.name), 0) + self.name + self.packed

    def central(self, at):
        f = {'packed': len(self.packed), 'size': len(self.raw), 'at': at, 'sig': 0x02014b50,
             'nname': len(self.name), 'nextra': len(self.extra), **self.fields}
        return struct.pack('<IHHHHIIIIHHHHHII', f['sig'], 20, 20, self.flags, self.method,
                           0x58210000, zlib.crc32(self.raw), f['packed'], f['size'],
                           f['nname'], f['nextra'], len(self.comment), 0, 0, 0, f['at']) + \
            self.name + self.extra + self.comment


def end(count, size, offset, comment=b'', disk=0, ncomment=None):
    return struct.pack('<IHHHHIIH', 0x06054b50, disk, disk, min(count, 0xffff), count, size,
                       offset, len(comment) if ncomment is None else ncomment) + comment


def end64(count, size, offset, at, disks=1, room=44):
    record = struct.pack('<IQHHIIQQQQ', 0x06064b50, room, 45, 45, 0, 0, count, count, size,
                         offset)
    return record + struct.pack('<IIQI', 0x07064b50, 0, at, disks)


def archive(*entries, before=b'', shift=0, wide=False, wide_at=None, count=None, tail=b'',
            **kw):
    """shift: added to all offsets, of something before that they know of."""
    body, places = b'', []
    for e in entries:
        places.append(len(body) + shift)
        body += e.local()
    directory = b''.join(e.central(at) for e, at in zip(entries, places))
    size, offset = len(directory), len(body) + shift
    n = len(entries) if count is None else count
    if wide:
        at = offset + size if wide_at is None else wide_at
        last = end64(n, size, offset, at, **wide) + end(0xffff, ONES, ONES, **kw)
    else:
        last = end(n, size, offset, **kw)
    return before + body + directory + last + tail


def make():
    a, b = Entry(b'a.txt', b'stored'), Entry(b'dir/b.txt', b'deflated ' * 20, 8)
    extra64 = struct.pack('<HHQQQ', 1, 24, 2**33, 2**32, 0)
    plain = archive(a, b)
    return {
        'plain': plain,
        'empty': end(0, 0, 0),
        'empty-behind-something': b'some bytes' + end(0, 0, 0),
        'comment': archive(a, b, comment=b'a comment'),
        'comment-with-end-record': archive(a, comment=end(0, 0, 0)),
        'comment-leaves-file': archive(a, ncomment=9),
        'bytes-behind': archive(a, b, tail=b'overlay'),
        'before-unknown': archive(a, b, before=b'#!/bin/sh\nexec unzip "$0"\n'),
        'before-known': archive(a, b, before=b'MZ stub', shift=7),
        'directories': archive(Entry(b'dir/'), Entry(b'dir/sub/'), a),
        'every-method': archive(*[Entry(b'm%d' % m, b'x', m) for m in (
            *range(0, 8), *range(9, 21), 93, 94, 95, 96, 97, 98, 99, 255, 256, 65535)]),
        'names-not-utf8': archive(Entry(b'caf\xe9'), Entry(b'\xff\xfe'), Entry(b'a\0b'),
                                  Entry('\u00fc.txt'.encode(), flags=0x800), Entry(b'')),
        'same-name-twice': archive(a, Entry(b'a.txt', b'another')),
        'encrypted': archive(Entry(b'secret', b'x' * 12, flags=1), a),
        'strong-encryption': archive(a, Entry(b'secret', flags=0x41), b),
        'masked': archive(a, Entry(b'masked', flags=0x2000), b),
        'sizes-unknown-locally': archive(Entry(b'streamed', b'data', flags=8)),
        'sizes-huge': archive(Entry(b'bomb', b'x', 8, size=ONES - 1, packed=ONES - 1)),
        'entry-comments': archive(Entry(b'c', comment=b'about c'), a),
        'extra-fields': archive(Entry(b'e', extra=b'UT\x05\0\1abcd'), a),
        'zip64-entry': archive(Entry(b'big', b'x', extra=extra64, size=ONES, packed=ONES,
                                     at=ONES)),
        'zip64-entry-one-size': archive(Entry(b'big', b'x', extra=extra64, size=ONES)),
        'zip64-entry-behind-other': archive(Entry(b'big', b'x', extra=b'UT\1\0z' + extra64,
                                                  size=ONES)),
        'zip64-entry-missing': archive(a, Entry(b'big', b'x', size=ONES), b),
        'zip64-entry-cut': archive(a, Entry(b'big', b'x', extra=extra64[:10], size=ONES), b),
        'zip64-entry-extra-long': archive(a, Entry(b'big', b'x', size=ONES, extra=b'UT\xff\0' +
                                                   bytes(255) + extra64), b),
        'zip64': archive(a, b, wide={'room': 44}),
        'zip64-before': archive(a, b, before=b'stub', wide={'room': 44}),
        'zip64-wrong-place': archive(a, b, wide={'room': 44}, wide_at=12345),
        'zip64-two-disks': archive(a, b, wide={'disks': 2}),
        'zip64-too-long': archive(a, b, wide={'room': 4000}),
        'zip64-missing': b''.join([a.local(), a.central(0), end(0xffff, ONES, ONES)]),
        'more-announced': archive(a, b, count=9),
        'fewer-announced': archive(a, b, count=1),
        'none-announced': archive(a, b, count=0),
        'another-disk': archive(a, b, disk=1),
        'entry-signature-wrong': archive(a, Entry(b'x', sig=0x02014b51), b),
        'name-leaves-directory': archive(a, Entry(b'x', nname=900)),
        'name-into-next': archive(Entry(b'x', nname=20), a, b),
        'directory-leaves-file': plain[:-10] + struct.pack('<I', 5000) + plain[-6:],
        'directory-overlaps-end': plain[:-10] + struct.pack('<I', 200) + plain[-6:],
        'directory-nowhere': plain[:-6] + struct.pack('<I', 3) + plain[-2:],
        'cut-in-end': plain[:-1],
        'cut-at-start': plain[20:],
        'local-headers-only': a.local() + b.local(),
    }


def main(outdir):
    os.makedirs(outdir, exist_ok=True)
    for name, data in make().items():
        with open(os.path.join(outdir, name + '.zip'), 'wb') as f:
            f.write(data)


if __name__ == '__main__':
    main(*sys.argv[1:])
