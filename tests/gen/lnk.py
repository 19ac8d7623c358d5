#!/usr/bin/env python3
"""Windows shortcuts for golden tests, by MS-SHLLINK: none of them leads anywhere.

    lnk.py OUTDIR     writes every sample there, NAME.lnk

What is wanted of each was compared with YARA-X (tests/diff/yarax.py).
"""
import os
import struct
import sys
import uuid

# MS-SHLLINK 2.1.1, LinkFlags.
ID_LIST, INFO, NAME, RELATIVE, WORKDIR, ARGUMENTS, ICON, UNICODE = (1 << i for i in range(8))
TICKS = 133_000_000_000_000_000     # 2022-06-18
COMPUTER = uuid.UUID('20d04fe0-3aea-1069-a2d8-08002b30309d').bytes_le


def header(flags, attributes=0x20, times=(TICKS, TICKS + 10**7, TICKS + 10**9), size=1234,
           icon=-3, show=1):
    return struct.pack('<I16sII3QIiIHHII', 0x4c,
                       uuid.UUID('00021401-0000-0000-c000-000000000046').bytes_le,
                       flags, attributes, *times, size, icon, show, 0x0143, 0, 0, 0)


def text(s, wide=True):
    """2.4, StringData: counted in characters."""
    raw = s.encode('utf-16-le', 'surrogatepass') if wide else s
    return struct.pack('<H', len(raw) // 2 if wide else len(raw)) + raw


def item(kind, data):
    """2.2.2, ItemID: the size counts itself."""
    return struct.pack('<HB', len(data) + 3, kind) + data


def id_list(*items, end=b'\0\0', size=None):
    body = b''.join(items) + end
    return struct.pack('<H', len(body) if size is None else size) + body


def entry(name, kind=0x32):
    """A file or folder: size, time, attributes, then its short name."""
    return item(kind, bytes(11) + name + b'\0')


def volume(kind=3, serial=0x1234abcd, label=b'SYSTEM\0', at=16, wide_at=None, size=None):
    """2.3.1, VolumeID."""
    more = b'' if wide_at is None else struct.pack('<I', wide_at)
    n = 16 + len(more) + len(label)
    return struct.pack('<IIII', n if size is None else size, kind, serial, at) + more + label


def info(flags=1, vol=b'', base=b'', suffix=b'\0', wide=None, size=None, head=0x1c, at=None):
    """2.3, LinkInfo. wide: base and suffix in UTF-16, as headers of 0x24 bytes have them."""
    n = 0x24 if wide is not None else 0x1c
    places, body = [], b''
    for part in (vol, base, suffix, *(wide or ())):
        places.append(n + len(body))
        body += part
    fields = [places[0], places[1], 0, places[2], *places[3:]]
    for k, v in (at or {}).items():
        fields[k] = v
    if wide is not None:
        head = 0x24
    return struct.pack('<3I', n + len(body) if size is None else size, head, flags) + \
        struct.pack(f'<{len(fields)}I', *fields) + body


def tracker(machine=b'desktop-1', size=0x60, length=0x58):
    """2.5.10, TrackerDataBlock."""
    ids = b''.join(uuid.UUID(int=0x00112233445566778899aabbccddee00 + i).bytes_le
                   for i in range(4))
    return struct.pack('<IIII16s', size, 0xa0000003, length, 0, machine) + ids


END = bytes(4)


def make():
    ascii_ = 0
    full = [header(0xff), id_list(item(0x1f, b'\x50' + COMPUTER),
                                  item(0x2f, b'C:\\' + bytes(19)),
                                  entry(b'Windows', 0x31), entry(b'cmd.exe')),
            info(1, volume(), b'C:\\Windows\\cmd.exe\0'),
            text('a name'), text('.\\cmd.exe'), text('C:\\Windows'),
            text('/c start h\u00e4\u20ac\U0001f600'), text('%SystemRoot%\\icon.dll')]
    out = {
        'header-only': [header(ascii_), END],
        'header-without-end': [header(ascii_)],
        'header-cut': [header(ascii_)[:-1]],
        'another-class': [header(ascii_)[:4] + b'\2' + header(ascii_)[5:], END],
        'attributes': [header(ascii_, 0x7fff, show=3), END],
        'times-before-1970': [header(ascii_, times=(0, 1, 116444736000000000)), END],
        'times-beyond': [header(ascii_, times=(2**64 - 1, 2**63, 116444735999999999)), END],
        'show-unknown': [header(ascii_, show=2), END],
        'show-negative': [header(ascii_, show=0x80000001), END],
        'full': full + [tracker(), END],
        'full-with-overlay': full + [tracker(), END, b'MZ overlay'],
        'full-without-end': full + [tracker()],
        'strings-ascii': [header(NAME | RELATIVE | WORKDIR | ARGUMENTS | ICON),
                          text(b'plain', False), text(b'caf\xe9', False),
                          text(b'\xf0\x9f\x98 \xe2\x82\xac \xc0\xaf \xed\xa0\x80', False),
                          text(b'nul\0behind', False), text(b'', False), END],
        'strings-utf16': [header(NAME | RELATIVE | WORKDIR | ARGUMENTS | ICON | UNICODE),
                          text('nul\0behind'), text('\ud800 alone'), text('\udc00\ud800'),
                          text('\U0001f600'), text(''), END],
        'strings-long': [header(NAME | RELATIVE | ARGUMENTS | UNICODE), text('n' * 300),
                         text('r' * 260), text('a' * 5000), END],
        'strings-long-ascii': [header(NAME | ARGUMENTS), text(b'n' * 300, False),
                               text(b'a' * 5000, False), END],
        'string-cut': [header(NAME | RELATIVE), text(b'whole', False),
                       struct.pack('<H', 90) + b'cut'],
        'string-count-cut': [header(NAME | RELATIVE), text(b'whole', False), b'\1'],
        'items-of-each-kind': [header(ID_LIST), id_list(
            item(0x00, bytes(9) + b'C:\\a.cpl\0'),
            item(0x00, bytes(21) + 'C:\\wide.cpl\0'.encode('utf-16-le')),
            item(0x00, b'short'), item(0x01, b'category'), item(0x1e, b'\x50' + COMPUTER),
            item(0x1f, b'cut'), item(0x20, b'\x50' + COMPUTER), item(0x23, b'D:\\' + bytes(17)),
            item(0x2e, b'short'), item(0x2f, b'short'), entry(b'ascii.txt'),
            entry('wide.txt\0'.encode('utf-16-le'), 0x36), item(0x31, b'short'),
            item(0x41, b'\0\0\\\\server\0'), item(0xc3, b'\1\2\\\\server\\share\0more'),
            item(0x52, b'zip'), item(0x61, b'uri'), item(0x70, b'panel'), item(0x71, b'panel'),
            item(0x72, b''), item(0x73, b'places'), item(0x74, b'users'), item(0x75, b'none'),
            item(0x10, b'none'), item(0xb1, bytes(11) + b'high bit\0'), item(0xff, b'')), END],
        'items-size-too-large': [header(ID_LIST), id_list(entry(b'one'), size=0xffff)],
        'items-size-too-small': [header(ID_LIST | NAME), id_list(entry(b'one'), size=5),
                                 text(b'name', False), END],
        'items-of-no-bytes': [header(ID_LIST), id_list(b'\2\0', b'\1\0', item(0x31, b'')), END],
        'items-without-end': [header(ID_LIST), id_list(entry(b'one'), end=b''), END],
        'items-last-too-large': [header(ID_LIST), id_list(b'\xff\0\x31' + bytes(11) + b'name'),
                                 END],
        'items-missing': [header(ID_LIST)],
        'info-wide': [header(INFO), info(1, volume(), b'C:\\?\0', b's\0', (
            'C:\\\u00fc\0'.encode('utf-16-le'), 'suf\u00f6\0'.encode('utf-16-le'))), END],
        'info-network': [header(INFO), info(2, b'', b'', b'share\\dir\0'), END],
        'info-both': [header(INFO), info(3, volume(4), b'\\\\x\\\0', b'dir\0'), END],
        'info-wide-zero': [header(INFO), info(3, volume(), b'C:\\narrow\0', b'n\0',
                                              (b'', b''), at={4: 0, 5: 0}), END],
        'info-outside': [header(INFO), info(3, volume(), b'C:\\x\0', b's\0',
                                            at={0: 999, 1: 999, 3: 999}), END],
        'info-at-the-end': [header(INFO), info(3, b'', b'', b'', at={0: 28, 1: 28, 3: 28}), END],
        'info-size-small': [header(INFO | NAME), info(1, volume(), b'C:\\x\0', size=0), END],
        'info-size-large': [header(INFO | NAME), info(1, volume(), b'C:\\x\0', size=5000), END],
        'info-cut': [header(INFO), info(1, volume(), b'C:\\x\0')[:20]],
        'info-wide-cut': [header(INFO), info(1)[:28].replace(b'\x1c\0\0\0', b'\x24\0\0\0')],
        'volume-label-wide': [header(INFO), info(1, volume(
            2, 7, 'LAB\u00c9L\0'.encode('utf-16-le'), 0x14, 20), b'E:\\\0'), END],
        'volume-label-outside': [header(INFO), info(1, volume(at=900), b'C:\\\0'), END],
        'volume-label-behind': [header(INFO), info(1, volume(at=26), b'C:\\\0'), END],
        'volume-too-large': [header(INFO), info(1, volume(size=900), b'C:\\\0'), END],
        'volume-too-small': [header(INFO), info(1, volume(size=4), b'C:\\\0'), END],
        'volume-kind-unknown': [header(INFO), info(1, volume(9), b'C:\\\0'), END],
        'volume-kind-negative': [header(INFO), info(1, volume(2**32 - 1), b'C:\\\0'), END],
        'tracker-full-name': [header(ascii_), tracker(b'sixteen-letters-'), END],
        'tracker-cut': [header(ascii_), tracker()[:50].replace(b'\x60', b'\x32'), END],
        'tracker-twice': [header(ascii_), tracker(b'one'), tracker(b'two'), END],
        'blocks-unknown': [header(ascii_), struct.pack('<III', 12, 0xa0000009, 7), tracker(),
                           struct.pack('<I', 4), END],
        'block-too-large': [header(ascii_), tracker(), struct.pack('<II', 900, 0xa0000001), END],
        'end-of-three': [header(ascii_), tracker(), struct.pack('<I', 3)],
        'end-cut': [header(ascii_), tracker(), b'\0\0'],
    }
    return {name: b''.join(parts) for name, parts in out.items()}


def main(outdir):
    os.makedirs(outdir, exist_ok=True)
    for name, data in make().items():
        with open(os.path.join(outdir, name + '.lnk'), 'wb') as f:
            f.write(data)


if __name__ == '__main__':
    main(*sys.argv[1:])
