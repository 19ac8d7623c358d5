#!/usr/bin/env python3
"""Compound files (MS-CFB) for golden tests, whole and broken.

    olecf.py OUTDIR    writes every sample there, NAME.ole

vba.py and msi.py make theirs with File.
"""
import os
import struct
import sys

FREE, END, FATSECT, DIFSECT, NONE = 0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffffc, 0xffffffff
CUTOFF = 4096


class Entry:
    def __init__(self, name, kind, data=b'', clsid=bytes(16)):
        self.name, self.kind, self.data, self.clsid = name, kind, data, clsid
        self.children, self.id = [], None
        self.left = self.right = self.child = NONE
        self.start, self.size = 0 if kind == 1 else END, len(data)

    def pack(self):
        if self.kind == 0:
            return bytes(68) + b'\xff' * 12 + bytes(48)
        name = self.name if isinstance(self.name, bytes) else self.name.encode('utf-16-le')
        head = (name + b'\0\0')[:64].ljust(64, b'\0')
        return head + struct.pack('<HBBIII', min(len(name) + 2, 0xffff), self.kind, 1, self.left, self.right,
                                  self.child) + self.clsid + struct.pack('<IQQIQ', 0, 0, 0, self.start, self.size)


class File:
    """A tree of storages and streams; build() lays it out. Knobs break it."""

    def __init__(self, version=3):
        self.version, self.shift = version, 12 if version == 4 else 9
        self.root = Entry('Root Entry', 5)
        self.fragment = False       # streams take every other sector first
        self.change = lambda f: None    # is called when entries have their places
        self.fat_change = lambda fat: None

    def storage(self, path, clsid=bytes(16)):
        at = self.root
        for name in path:
            found = [e for e in at.children if e.name == name]
            if not found:
                at.children.append(Entry(name, 1, clsid=clsid))
                found = at.children[-1:]
            at = found[0]
        return at

    def stream(self, path, data):
        *folders, name = path
        self.storage(folders).children.append(Entry(name, 2, data))
        return self

    def order(self, entries):
        """A balanced tree of siblings, in the order of 2.6.4."""
        if not entries:
            return NONE
        middle = len(entries) // 2
        entries[middle].left = self.order(entries[:middle])
        entries[middle].right = self.order(entries[middle + 1:])
        return entries[middle].id

    def number(self):
        self.entries, wait = [self.root], [self.root]
        while wait:
            e = wait.pop(0)
            for child in e.children:
                self.entries.append(child)
                wait.append(child)
        for i, e in enumerate(self.entries):
            e.id = i
        for e in self.entries:
            key = lambda c: (len(c.name), c.name.upper() if isinstance(c.name, str) else c.name)
            e.child = self.order(sorted(e.children, key=key))

    def take(self, data):
        """Sectors for data; gives the first."""
        size = 1 << self.shift
        n = -(-len(data) // size)
        if n == 0:
            return END
        at = len(self.sectors)
        order = list(range(at, at + n))
        if self.fragment:
            order = order[::2] + order[1::2]
        self.sectors += [b''] * n
        self.fat += [FREE] * n
        for i, s in enumerate(order):
            self.sectors[s] = data[i * size:(i + 1) * size].ljust(size, b'\0')
            self.fat[s] = order[i + 1] if i + 1 < n else END
        return order[0]

    def ministream(self):
        mini, table = b'', []
        for e in self.entries:
            if e.kind != 2 or not 0 < len(e.data) < CUTOFF:
                continue
            n, at = -(-len(e.data) // 64), len(table)
            order = list(range(at, at + n))
            if self.fragment:
                order = order[::2] + order[1::2]
            pieces = [b''] * n
            table += [END] * n
            for i, s in enumerate(order):
                pieces[s - at] = e.data[i * 64:(i + 1) * 64].ljust(64, b'\0')
                table[s] = order[i + 1] if i + 1 < n else END
            e.start = order[0]
            mini += b''.join(pieces)
        return mini, table

    def tables(self):
        """The FAT, and the DIFAT when the header has not the room for it."""
        per = (1 << self.shift) // 4
        n_fat = n_dif = 0
        while n_fat * per < len(self.fat) + n_fat + n_dif or n_dif * (per - 1) < n_fat - 109:
            n_fat = -(-(len(self.fat) + n_fat + n_dif) // per)
            n_dif = max(0, -(-(n_fat - 109) // (per - 1)))
        at = len(self.sectors)
        where = list(range(at, at + n_fat))
        difs = list(range(at + n_fat, at + n_fat + n_dif))
        self.fat += [FATSECT] * n_fat + [DIFSECT] * n_dif
        self.fat_change(self.fat)
        whole = self.fat + [FREE] * (n_fat * per - len(self.fat))
        self.sectors += [struct.pack(f'<{per}I', *whole[i * per:(i + 1) * per]) for i in range(n_fat)]
        rest = where[109:]
        for i in range(n_dif):
            part = (rest[i * (per - 1):(i + 1) * (per - 1)] + [FREE] * per)[:per - 1]
            self.sectors.append(struct.pack(f'<{per}I', *part, difs[i + 1] if i + 1 < n_dif else END))
        return where, difs

    def build(self):
        self.sectors, self.fat = [], []
        self.number()
        size = 1 << self.shift
        for e in self.entries:
            if e.kind == 2 and len(e.data) >= CUTOFF:
                e.start = self.take(e.data)
        mini, table = self.ministream()
        self.root.start, self.root.size = self.take(mini), len(mini)
        table += [FREE] * (-len(table) % (size // 4))
        first_mini = self.take(struct.pack(f'<{len(table)}I', *table))
        self.change(self)
        raw = b''.join(e.pack() for e in self.entries)
        raw += Entry('', 0).pack() * (-len(self.entries) % (size // 128))
        first_dir = self.take(raw)
        where, difs = self.tables()
        head = struct.pack('<8s16sHHHHH6x', bytes.fromhex('d0cf11e0a1b11ae1'), bytes(16), 0x3e, self.version,
                           0xfffe, self.shift, 6)
        head += struct.pack('<IIIIIIIII', len(raw) // size if self.version == 4 else 0, len(where), first_dir, 0,
                            CUTOFF, first_mini, len(table) * 4 // size, difs[0] if difs else END, len(difs))
        head += struct.pack('<109I', *(where[:109] + [FREE] * 109)[:109])
        return head.ljust(size, b'\0') + b''.join(self.sectors)


def word(n, seed=1):
    """n bytes that do not repeat soon."""
    out = bytearray()
    while len(out) < n:
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        out.append(seed >> 16 & 0xff)
    return bytes(out)


def small(version=3):
    return File(version).stream(['WordDocument'], word(5000)).stream(['1Table'], word(100, 2)).stream(
        ['\5SummaryInformation'], word(300, 3))


def tree():
    f = small()
    for i in range(12):
        f.stream(['ObjectPool', f'_{i}', '\1Ole10Native'], word(20 * i, i))
    return f.stream(['Macros', 'VBA', 'dir'], word(70)).stream(['Macros', 'PROJECT'], b'ID="{}"\r\n')


def changed(f, change):
    f.change = change
    return f.build()


def patched(data, *patches):
    data = bytearray(data)
    for at, new in patches:
        data[at:at + len(new)] = new
    return bytes(data)


def u4(n):
    return struct.pack('<I', n)


def looped(f, first, to):
    def change(fat):
        fat[first] = to
    f.fat_change = change
    return f.build()


def make():
    out = {'empty': File().build(), 'small': small().build(), 'version-4': small(4).build(), 'tree': tree().build()}
    f = tree()
    f.fragment = True
    out['fragmented'] = f.build()
    f = small(4)
    f.fragment = True
    out['fragmented-4'] = f.build()
    out['names'] = File().stream(['Übersicht'], b'a').stream(['\U0001f4a5'], b'b').stream(['a/b'], b'c').stream(
        [b'x\xd8y\0'], b'd').stream(['n' * 31], b'e').stream(['cut\0here'], b'f').build()
    out['long-name'] = File().stream(['n' * 40], b'e').build()
    out['difat'] = File().stream(['Large'], bytes(128 * 512 * 110)).build()
    whole = small().build()
    out['cut-in-stream'], out['cut-in-header'], out['cut-in-directory'] = whole[:2000], whole[:511], whole[:-600]
    out['byte-order'] = patched(whole, (28, b'\xff\xfe'))
    out['magic'] = patched(whole, (0, b'\xd1'))
    out['shift'] = patched(whole, (30, b'\x40'))
    out['no-directory'] = patched(whole, (48, u4(FREE)))
    out['directory-elsewhere'] = patched(whole, (48, u4(0x12345)))
    out['no-fat'] = patched(whole, (76, u4(FREE)))
    out['fat-elsewhere'] = patched(whole, (76, u4(0x12345)))
    out['difat-loop'] = patched(whole, (68, u4(3)), (72, u4(9)))
    out['mini-sectors-of-128'] = patched(whole, (32, b'\7'))
    out['stream-loop'] = looped(small(), 3, 0)
    out['directory-loop'] = looped(tree(), 17, 17)
    out['size-of-64-bits'] = changed(small(), lambda f: setattr(f.entries[1], 'size', 0xdead0000_00001388))
    out['size-of-64-bits-4'] = changed(small(4), lambda f: setattr(f.entries[1], 'size', 0xdead0000_00001388))
    out['larger-than-file'] = changed(small(), lambda f: setattr(f.entries[1], 'size', 0x7fffffff))
    out['children-loop'] = changed(tree(), lambda f: setattr(f.entries[5], 'child', 4))
    out['siblings-loop'] = changed(small(), lambda f: setattr(f.entries[1], 'left', 1))
    out['orphans'] = changed(small(), lambda f: setattr(f.entries[0], 'child', NONE))
    out['root-is-storage'] = changed(small(), lambda f: setattr(f.entries[0], 'kind', 1))
    out['two-roots'] = changed(small(), lambda f: setattr(f.entries[2], 'kind', 5))
    return out


if __name__ == '__main__':
    for name, data in make().items():
        with open(os.path.join(sys.argv[1], name + '.ole'), 'wb') as f:
            f.write(data)
