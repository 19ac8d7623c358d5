#!/usr/bin/env python3
"""Small .NET assemblies for golden tests: metadata by hand (ECMA-335, II.24), no code.

    dotnet.py OUTDIR    writes every sample there, NAME.dll
"""
import importlib.util
import os
import struct
import sys

spec = importlib.util.spec_from_file_location(
    'gen_pe', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'pe.py'))
pe = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pe)


class Heap:
    """Strings or blobs; put() gives the index."""

    def __init__(self, blobs=False):
        self.data, self.blobs = b'\0', blobs

    def put(self, b):
        at = len(self.data)
        self.data += (blob(b) if self.blobs else b + b'\0')
        return at


def blob(b):
    n = len(b)
    if n < 0x80:
        return bytes([n]) + b
    if n < 0x4000:
        return struct.pack('>H', 0x8000 | n) + b
    return struct.pack('>I', 0xc0000000 | n) + b


class Assembly:
    """Tables of one row or more; indexes are of two bytes unless wide says otherwise."""

    def __init__(self, wide=0):
        self.strings, self.blobs = Heap(), Heap(True)
        self.us = b'\0'
        self.guids = bytes(range(16))
        self.tables = {}
        self.wide = wide                      # HeapSizes: 1 strings, 2 GUIDs, 4 blobs
        self.names = ('#~', '#Strings', '#US', '#GUID', '#Blob')
        self.version = b'v4.0.30319\0\0'
        self.resource = struct.pack('<I', 5) + b'hello'
        self.characteristics = 0x2102
        self.magic = b'BSJB'

    def s(self, text):
        return struct.pack('<I' if self.wide & 1 else '<H', self.strings.put(text.encode()))

    def b(self, data):
        return struct.pack('<I' if self.wide & 4 else '<H', self.blobs.put(data))

    def g(self, n):
        return struct.pack('<I' if self.wide & 2 else '<H', n)

    def row(self, table, *parts):
        self.tables.setdefault(table, []).append(
            b''.join(struct.pack('<H', p) if isinstance(p, int) else p for p in parts))
        return self

    def user(self, text):
        self.us += blob(text.encode('utf-16-le') + b'\0')
        return self

    def usual(self):
        self.row(0, 0, self.s('small.dll'), self.g(1), self.g(0), self.g(0))
        self.row(0x20, struct.pack('<I', 0x8004), 1, 2, 3, 4, struct.pack('<I', 0), self.b(b'KEY'),
                 self.s('small'), self.s('de'))
        self.row(0x23, 4, 0, 0, 0, struct.pack('<I', 0), self.b(b'\xb7z\\V\x194\xe0\x89'),
                 self.s('mscorlib'), self.s(''), self.b(b''))
        return self.user('one').user('').user('zwei')

    def tilde(self):
        valid = sum(1 << t for t in self.tables)
        out = struct.pack('<IBBBBQQ', 0, 2, 0, self.wide, 1, valid, 0)
        out += b''.join(struct.pack('<I', len(self.tables[t])) for t in sorted(self.tables))
        return out + b''.join(b''.join(self.tables[t]) for t in sorted(self.tables))

    def metadata(self):
        streams = dict(zip(self.names, (self.tilde(), self.strings.data, self.us, self.guids,
                                        self.blobs.data)))
        head = self.magic + struct.pack('<HHII', 1, 1, 0, len(self.version)) + self.version
        head += struct.pack('<HH', 0, len(streams))
        at = len(head) + sum(8 + (len(n) + 4 & ~3) for n in streams)
        rows = body = b''
        for name, data in streams.items():
            data += bytes(-len(data) % 4)
            rows += struct.pack('<II', at + len(body), len(data))
            rows += name.encode().ljust(len(name) + 4 & ~3, b'\0')
            body += data
        return head + rows + body

    def build(self, cli_size=72):
        image = pe.Image(characteristics=self.characteristics)
        rva = image.next_rva()
        meta = self.metadata()
        cli = struct.pack('<IHHIII', cli_size, 2, 5, rva + 72, len(meta), 1)
        cli += struct.pack('<III', 0, rva + 72 + len(meta), len(self.resource))
        image.section(b'.text', cli.ljust(72, b'\0') + meta + self.resource)
        image.dirs[14] = (rva, 72)
        return image.build()


U4 = struct.Struct('<I').pack
PUBLIC, NESTED, SEALED, INTERFACE, ABSTRACT = 1, 2, 0x100, 0x20, 0x80


class Classes(Assembly):
    """Types and methods; rows count from 1 as indexes do."""

    def type(self, name, space='', flags=PUBLIC, extends=0, methods=1):
        return self.row(2, U4(flags), self.s(name), self.s(space), extends, 1, methods)

    def method(self, name, signature, flags=6, params=1):
        return self.row(6, U4(0), 0, flags, self.s(name), self.b(bytes.fromhex(signature)), params)

    def param(self, name):
        return self.row(8, 0, 1, self.s(name))

    def spec(self, signature):
        return self.row(0x1b, self.b(bytes.fromhex(signature)))

    def generic(self, owner, name, of_method=False):
        return self.row(0x2a, 0, 0, owner << 1 | of_method, self.s(name))


# Types of II.23.2.12 and what is none, as signatures of a method that returns void.
TYPES = {
    'primitive': '01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 16 18 19 1c',
    'pointers': '0f08 0f0f01 1008 1d0e 1d1d0e',
    'named': '1209 1105 120d 1204',
    'generic': '15 1209 02 08 0e|15 1209 01 1300|1300|1e00',
    'arrays': '14 08 01 00 00|14 08 02 00 00|14 08 02 02 03 04 00|14 08 02 01 05 01 02|14 08 01 00 01 7d'
              '|14 08 03 00 02 8004 8005',
    'functions': '1b 00 00 01|1b 00 02 08 0e 1c',
    'modified': '1f 09 08|20 8101 0e',
    'spec': '1206|120a',
}
NO_TYPES = {
    'none': '', 'unknown': '40', 'pointer to nothing': '0f', 'class 0': '1200', 'class beyond': '1231',
    'variable beyond': '1305', 'no rank': '14 08 00', 'rank too high': '14 08 33', 'more sizes than ranks': '14 08 01 02',
    'more bounds than ranks': '14 08 01 00 02', 'function cut': '1b', 'too many generics': '15 1209 87e9',
    'loop': '120e',
}


def types():
    """A class whose methods have one parameter each, of every type and of no type."""
    a = Classes().usual()
    a.row(1, 6, a.s('Exception'), a.s('System')).row(1, 6, a.s('List`1'), a.s('System.Collections.Generic'))
    a.spec('1d08').spec('15 1209 01 1300').spec('120e')
    a.type('<Module>', flags=0).type('All`1', 'Types', methods=1)
    a.generic(2, 'T')
    for name, every in TYPES.items():
        for i, one in enumerate(every.split('|' if '|' in every else ' ')):
            a.method(f'{name} {i}', '00 01 01' + one)
    for name, none in NO_TYPES.items():
        a.method(name, '00 01 01' + none)
    return a.param('of')


def classes():
    a = Classes().usual()
    a.row(1, 6, a.s('Object'), a.s('System')).row(1, 6, a.s('IDisposable'), a.s('System'))
    a.type('<Module>', flags=0)
    a.type('Outer`1', 'Space', PUBLIC | ABSTRACT, 1 << 2 | 1, 1)
    a.type('Inner', '', NESTED | SEALED, 1 << 2 | 1, 4)
    a.type('Innermost', '', 3, 2 << 2, 4)
    a.type('IFace', 'Space', PUBLIC | INTERFACE | ABSTRACT, 0, 5)
    a.type('`2', 'Space').type('', 'Space').type('Lost', '', 7, 0, 0)
    a.type('Odd', 'Sp`ace', 0, 0, 5)
    for visibility in range(2, 8):
        a.type(f'Sees{visibility}', 'V', visibility, 0, 5 + (visibility == 7))
    a.method('.ctor', '20 00 01', 0x1886).method('Make', '10 02 01 1e01 1300', 0x16, 1)
    a.method('Odd', '00 03 08 08 08 08', 0x464, 2).method('', '00 00 01')
    a.method('Dispose', '20 00 01', 0x5c6, 3).method('short', '00 00', 0, 0).method('Last', '00 01 08 08', 0x21, 0)
    a.param('first').param('second')
    a.row(9, 2, 2 << 2 | 1).row(9, 3, 2 << 2 | 1).row(9, 3, 5 << 2).row(9, 3, 0)
    a.row(0x29, 3, 2).row(0x29, 4, 3).row(0x29, 4, 2)
    a.generic(2, 'T').generic(2, 'A', True).generic(2, 'B', True).generic(5, '', False)
    return a


def loops():
    """Types around themselves and each other, and classes that claim the same methods."""
    a = Classes().usual()
    a.type('Self', 'A', NESTED).type('Ping', '', NESTED).type('Pong', '', NESTED)
    a.type('After', '', methods=3).type('Before', '', methods=1).type('All', '')
    a.row(0x29, 1, 1).row(0x29, 2, 3).row(0x29, 3, 2).row(0x29, 99, 1).row(0x29, 6, 99)
    for i in range(4):
        a.method(f'm{i}', '00 00 01')
    return a


def make():
    out = {'small': Assembly().usual().build()}
    for wide in (1, 2, 4, 7):
        out[f'heaps-{wide}'] = Assembly(wide).usual().build()
    a = Assembly().usual()
    a.row(0x28, struct.pack('<I', 0), struct.pack('<I', 1), a.s('a.resources'), 0)
    a.row(0x28, struct.pack('<I', 0), struct.pack('<I', 1), a.s('elsewhere'), 4)
    a.row(0x28, struct.pack('<I', 0x7fffffff), struct.pack('<I', 1), a.s('outside'), 0)
    out['resources'] = a.build()
    a = Assembly().usual()
    a.row(0x1a, a.s('kernel32.dll')).row(0x1a, a.s('user32.dll'))
    a.row(0x0b, 0x0e, 4, a.b('text'.encode('utf-16-le'))).row(0x0b, 8, 4, a.b(b'\1\0\0\0'))
    a.row(0x1d, struct.pack('<I', 0x1004), 1).row(0x1d, struct.pack('<I', 0x99999999), 1)
    out['constants'] = a.build()
    a = Assembly().usual()
    a.row(1, 6, a.s('GuidAttribute'), a.s('System')).row(0x0a, 1 << 3 | 1, a.s('.ctor'), a.b(b''))
    a.row(0x0c, 1 << 5 | 14, 1 << 3 | 3, a.b(b'\1\0\x06abcdef\0\0'))
    out['typelib'] = a.build()
    a = Assembly().usual()
    a.row(1, 6, a.s('GuidAttribute'), a.s('System')).row(0x0a, 1 << 3 | 1, a.s('.ctor'), a.b(b''))
    a.row(0x0c, 1 << 5 | 14, 1 << 3 | 3, a.b(b'\1\0\xff\0\0'))
    out['typelib-null'] = a.build()
    a = Assembly().usual()
    a.guids = bytes(range(16)) * 20
    out['many-guids'] = a.build()
    a = Assembly().usual()
    a.resource = U4(0x7fffffff) + b'hello'
    a.row(0x28, U4(0), U4(1), a.s('too.long'), 0)
    out['resource-too-long'] = a.build()
    a = Assembly().usual()
    a.row(0x23, 4, 0, 0, 0, U4(0), 0x7fff, a.s('no.blob'), a.s(''), a.b(b''))
    out['reference-without-blob'] = a.build()
    a = Assembly().usual()
    a.characteristics = 0x102
    out['program-without-jump'] = a.build()
    a = Assembly().usual()
    a.magic = b'BSJX'
    out['another-magic'] = a.build()
    out['another-header-size'] = Assembly().usual().build(71)
    a = Assembly().usual()
    a.version = b'v4.0.30319\0'
    out['version-not-aligned'] = a.build()
    a = Assembly().usual()
    a.us = b'\1' + a.us
    out['user-strings-begin-wrong'] = a.build()
    a = Assembly().usual()
    a.names = ('#-', '#Strings', '#US', '#GUID', '#Blob')
    out['uncompressed-tables'] = a.build()
    out['cut-in-tables'] = Assembly().usual().build()[:0x2c0]
    a = Assembly().usual()      # YARA reads no table from one of more than 10,000 rows on
    for _ in range(10001):
        a.row(8, 0, 1, struct.pack('<H', 1))
    out['many-rows'] = a.build()
    out['classes'], out['types'], out['class-loops'] = (a.build() for a in (classes(), types(), loops()))
    out['plain-executable'] = pe.Image().build()
    return out


if __name__ == '__main__':
    for name, data in make().items():
        with open(os.path.join(sys.argv[1], name + '.dll'), 'wb') as f:
            f.write(data)
