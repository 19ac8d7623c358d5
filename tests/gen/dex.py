#!/usr/bin/env python3
"""Small Dalvik executables for golden tests: tables by hand, code that nobody runs.

    dex.py OUTDIR       writes every sample there, NAME.dex

What is wanted of each was compared with what Debian's `yara -D` prints of it.
"""
import os
import struct
import sys

PUBLIC, STATIC, FINAL, CONSTRUCTOR = 1, 8, 0x10, 0x10000
HEADER = 0x70
NO_INDEX = 0xffffffff


def uleb(v):
    out = b''
    while v > 0x7f:
        out += bytes([v & 0x7f | 0x80])
        v >>= 7
    return out + bytes([v])


class Code:
    """A code_item."""

    def __init__(self, insns, registers=1, ins=0, outs=0, tries=0, size=None):
        self.head = struct.pack('<HHHHII', registers, ins, outs, tries, 0,
                                len(insns) // 2 if size is None else size)
        self.insns = insns


class Dex:
    """Indexes are given as numbers; texts, types and members in the order they are added."""

    def __init__(self, version=b'035', tables=None, map_rows=None, cut=None):
        self.version, self.tables, self.map_rows = version, tables or {}, map_rows
        self.texts, self.types, self.protos, self.fields, self.methods = [], [], [], [], []
        self.classes, self.cut = [], cut

    def text(self, s, units=None, raw=None):
        self.texts.append(uleb(len(s) if units is None else units) +
                          (s.encode() if raw is None else raw) + b'\0')
        return len(self.texts) - 1

    def type(self, name):
        self.types.append(self.text(name))
        return len(self.types) - 1

    def proto(self, shorty, result):
        self.protos.append((self.text(shorty), result, 0))
        return len(self.protos) - 1

    def field(self, of, kind, name):
        self.fields.append((of, kind, self.text(name)))
        return len(self.fields) - 1

    def method(self, of, proto, name):
        self.methods.append((of, proto, self.text(name)))
        return len(self.methods) - 1

    def klass(self, kind, lists=((), (), (), ()), flags=PUBLIC, at=None, sizes=None, data=True,
              source=NO_INDEX):
        """lists: static and instance fields (difference, flags), direct and virtual methods
        (difference, flags, Code or None or an offset)."""
        self.classes.append((kind, lists, flags, at, sizes, data, source))
        return self

    def place(self, size):
        at = self.at
        self.at = at + size + 3 & ~3
        return at

    def put(self, at, data):
        if len(self.out) < at + len(data):
            self.out.extend(bytes(at + len(data) - len(self.out)))
        self.out[at:at + len(data)] = data

    def table(self, name, rows, form):
        """Writes the rows; gives (how many, where), as announced."""
        at = self.place(struct.calcsize(form) * len(rows)) if rows else 0
        for i, row in enumerate(rows):
            self.put(at + i * struct.calcsize(form), struct.pack(form, *row))
        return self.tables.get(name, (len(rows), at))

    def class_data(self, lists, sizes):
        data = b''.join(uleb(n) for n in sizes or map(len, lists))
        for members in lists:
            for m in members:
                code = m[2] if len(m) > 2 else None
                if isinstance(code, Code):
                    at = self.place(len(code.head + code.insns))
                    self.put(at, code.head + code.insns)
                    code = at
                data += b''.join(map(uleb, m[:2])) + (uleb(code or 0) if len(m) > 2 else b'')
        at = self.place(len(data))
        self.put(at, data)
        return at

    def build(self):
        self.out, self.at = bytearray(), HEADER
        offsets = []
        for t in self.texts:
            offsets.append((self.place(len(t)),))
            self.put(offsets[-1][0], t)
        rows = []
        for kind, lists, flags, at, sizes, data, source in self.classes:
            where = at if at is not None else self.class_data(lists, sizes) if data else 0
            rows.append((kind, flags, NO_INDEX, 0, source, 0, where, 0))
        heads = [self.table('strings', offsets, '<I'),
                 self.table('types', [(t,) for t in self.types], '<I'),
                 self.table('protos', self.protos, '<III'),
                 self.table('fields', self.fields, '<HHI'),
                 self.table('methods', self.methods, '<HHI'),
                 self.table('classes', rows, '<8I')]
        map_at = 0
        if self.map_rows is not None:
            map_at = self.place(4 + 12 * len(self.map_rows))
            self.put(map_at, struct.pack('<I', len(self.map_rows)) +
                     b''.join(struct.pack('<HHII', *r) for r in self.map_rows))
        map_at = self.tables.get('map', map_at)
        size = max(len(self.out), self.at)
        head = b'dex\n' + self.version + b'\0' + struct.pack('<I', 0x12345678) + bytes(range(1, 21))
        head += struct.pack('<6I', size, HEADER, 0x12345678, 0, 0, map_at)
        for n, at in heads:
            head += struct.pack('<II', n, at)
        head += struct.pack('<II', size - HEADER, HEADER)
        self.put(0, head)
        self.out.extend(bytes(size - len(self.out)))
        return bytes(self.out[:self.cut])


def usual(**kw):
    """One class with a static and an instance field, a constructor and two methods."""
    d = Dex(**kw)
    main, num, void = d.type('Lorg/example/Main;'), d.type('I'), d.type('V')
    plain, takes = d.proto('V', void), d.proto('VI', void)
    d.field(main, num, 'count')
    d.field(main, main, 'self')
    d.method(main, plain, '<init>')
    d.method(main, plain, 'run')
    d.method(main, takes, 'stop')
    return d


BODY = Code(b'\x0e\x00')
LISTS = (((0, PUBLIC | STATIC),), ((1, FINAL),),
         ((0, PUBLIC | CONSTRUCTOR, Code(b'\x70\x10\0\0\0\0\x0e\0', 1, 1, 1)),),
         ((1, PUBLIC, BODY), (1, PUBLIC, None)))


def make():
    out = {'usual': usual().klass(0, LISTS).build(),
           'header-only': Dex().build() + b'\0',
           'interface': usual().klass(0, ((), (), (), ((1, 0x401, None),)), flags=0x601).build(),
           'class-without-data': usual().klass(0, data=False).build(),
           'two-classes': usual().klass(0, LISTS).klass(1, ((), (), (), ((0, 2, BODY),))).build()}
    for version in (b'036', b'037', b'038', b'039'):
        out['version-' + version.decode()] = usual(version=version).klass(0, LISTS).build()
    out['map'] = usual(map_rows=[(0, 0, 1, 0), (1, 7, 8, 0x70), (0x2000, 0, 1, 0x100)]) \
        .klass(0, LISTS).build()
    out['map-outside'] = usual(tables={'map': 0x10000}).klass(0, LISTS).build()
    out['map-of-too-many'] = usual(map_rows=[(0, 0, 1, 0)], tables={}).klass(0, LISTS).build()
    at = struct.unpack_from('<I', out['map-of-too-many'], 0x34)[0]
    out['map-of-too-many'] = out['map-of-too-many'][:at] + struct.pack('<I', 99) + \
        out['map-of-too-many'][at + 4:]
    for name in ('strings', 'types', 'protos', 'fields', 'methods', 'classes'):
        out[name + '-outside'] = usual(tables={name: (3, 0xfffffff0)}).klass(0, LISTS).build()
    out['strings-of-too-many'] = usual(tables={'strings': (0x40000000, 0x70)}).klass(0, LISTS).build()
    d = usual()
    d.text('x' * 200)
    d.text('longer than it is', 300)
    d.text('not ASCII: ', 13, b'\xc3\xa4\xc0\x80')
    out['texts'] = d.klass(0, LISTS).build()
    out['indexes-outside'] = usual().klass(77, (((9, 1),), (), ((9, 1, BODY),), ())).build()
    d = usual()
    d.types[1] = 99
    d.fields[0] = (99, 99, 99)
    d.methods[0] = (99, 99, 99)
    d.protos[0] = (99, 99, 99)
    out['names-outside'] = d.klass(0, LISTS).build()
    out['data-outside'] = usual().klass(0, at=0x10000).klass(0, LISTS).build()
    out['code-outside'] = usual().klass(0, ((), (), ((0, 1, 0x20000),), ())).build()
    out['code-longer-than-the-file'] = usual().klass(
        0, ((), (), ((0, 1, Code(b'\x0e\0', size=0x10000)),), ())).build()
    out['code-tries'] = usual().klass(
        0, ((), (), ((0, 1, Code(b'\x0e\0\x0e\0', 3, 2, 1, 1)),), ())).build()
    out['large-numbers'] = usual().klass(
        0, (((0, 0xffffffff),), (), ((0, 0x7fffffff, None),), ())).build()
    return out


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, data in make().items():
        with open(os.path.join(folder, name + '.dex'), 'wb') as f:
            f.write(data)


if __name__ == '__main__':
    main(sys.argv[1])
