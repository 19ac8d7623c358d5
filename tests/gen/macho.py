#!/usr/bin/env python3
"""Small Mach-O files for golden tests: load commands by hand, no code that runs.

    macho.py OUTDIR     writes every sample there, NAME.macho

What is wanted of each was compared with what Debian's `yara -D` prints of it.
"""
import os
import struct
import sys

LINK = 0x600      # where what commands point to begins
X86, ARM, SPARC, PPC, X86_64, ARM64 = 7, 12, 14, 18, 0x1000007, 0x100000c


class Image:
    """A thin file: commands in the order they are added."""

    def __init__(self, cputype=X86_64, wide=True, big=False, subtype=3, filetype=2):
        self.cputype, self.wide, self.subtype, self.filetype = cputype, wide, subtype, filetype
        self.end = '>' if big else '<'
        self.commands, self.more = [], 0       # more: commands that are announced only
        self.link = b''

    def pack(self, form, *values):
        return struct.pack(self.end + form, *values)

    def command(self, cmd, body, size=None):
        self.commands.append(self.pack('II', cmd, len(body) + 8 if size is None else size) + body)
        return self

    def section(self, segment, name, addr=0x1000, size=16):
        word = 'Q' if self.wide else 'I'
        row = struct.pack('16s16s', name.encode(), segment.encode())
        row += self.pack(word * 2 + '7I', addr, size, 64, 2, 0, 0, 0x80000400, 1, 12)
        return row + (self.pack('I', 7) if self.wide else b'')

    def segment(self, name, addr, size, off, sections=(), nsects=None, cut=None):
        word = 'Q' if self.wide else 'I'
        body = struct.pack('16s', name.encode())
        body += self.pack(word * 4 + 'IIII', addr, size, off, size, 7, 5,
                          len(sections) if nsects is None else nsects, 16)
        body += b''.join(self.section(name, s) for s in sections)
        return self.command(0x19 if self.wide else 1, body, cut)

    def thread(self, at, value, size, wide=False):
        """An LC_UNIXTHREAD whose program counter stands at an offset of its state."""
        state = bytearray(size)
        pc = self.pack('Q' if wide else 'I', value)
        state[at:at + len(pc)] = pc
        return self.command(5, self.pack('II', 1, size // 4) + bytes(state[:size]))

    def main(self, entry, stack=0):
        return self.command(0x80000028, self.pack('QQ', entry, stack))

    # What YARA-X shows beside YARA: commands that point behind them, to link.

    def linked(self, data):
        self.link += data
        return LINK + len(self.link) - len(data), len(data)

    def dylib(self, name, cmd=0xc, timestamp=2, current=0x10203, compatible=0x10000):
        return self.command(cmd, self.pack('4I', 24, timestamp, current, compatible) +
                            name + b'\0' * (8 - len(name) % 8))

    def path(self, cmd, name):
        return self.command(cmd, self.pack('I', 12) + name + b'\0' * (8 - (len(name) + 4) % 8))

    def symtab(self, *symbols, names=None):
        """symbols: (name, type, section, desc, value); a number in place of a name: n_strx."""
        strings, rows = b' \0' if names is None else names, b''
        for name, kind, section, desc, value in symbols:
            at = name
            if not isinstance(name, int):
                at, strings = len(strings) if name else 0, strings + (name + b'\0' if name else b'')
            rows += self.pack('IBBH' + ('Q' if self.wide else 'I'), at, kind, section, desc, value)
        if names is None:
            strings = b'\0' + strings[1:]
        symoff, _ = self.linked(rows)
        return self.command(2, self.pack('IIII', symoff, len(symbols), *self.linked(strings)))

    def dyld_info(self, bind=b'', weak=b'', lazy=b'', export=b'', cmd=0x80000022):
        parts = [0, 0]
        for data in (bind, weak, lazy, export):
            parts += self.linked(data) if data else (0, 0)
        return self.command(cmd, self.pack('10I', *parts))

    def signature(self, *blobs, count=None):
        """A superblob of (magic, content); always with the high byte first."""
        n = len(blobs)
        index, body = b'', b''
        for magic, data in blobs:
            index += struct.pack('>II', 5, 12 + 8 * n + len(body))
            body += struct.pack('>II', magic, 8 + len(data)) + data
        head = struct.pack('>III', 0xfade0cc0, 12 + len(index + body), n if count is None else count)
        return self.command(0x1d, self.pack('II', *self.linked(head + index + body)))

    def build(self):
        body = b''.join(self.commands)
        head = self.pack('7I', 0xfeedfacf if self.wide else 0xfeedface, self.cputype,
                         self.subtype, self.filetype, len(self.commands) + self.more,
                         len(body), 0x200085)
        head += (self.pack('I', 9) if self.wide else b'') + body
        return head.ljust(LINK, b'\0') + self.link if self.link else head


def fat(images, wide=False, table=None):
    """A universal file; table overwrites rows of (cputype, subtype, offset, size)."""
    rows, body, at = b'', b'', 0x100
    for k, (image, cputype, subtype) in enumerate(images):
        row = (table or {}).get(k, (cputype, subtype, at + len(body), len(image)))
        rows += struct.pack('>IIQQII', *row, 12, 0) if wide else struct.pack('>IIIII', *row, 12)
        body += image
    head = struct.pack('>II', 0xcafebabf if wide else 0xcafebabe, len(images)) + rows
    return head.ljust(at, b'\0') + body


def usual(**kw):
    return Image(**kw).segment('__PAGEZERO', 0, 0x1000, 0) \
        .segment('__TEXT', 0x1000, 0x2000, 0x40, ('__text', '__sixteen_letters'))


def binds(*names):
    """Opcodes that bind these symbols, with what else may stand between them."""
    out = b'\x11\x51\x72\x80\x01'
    for name in names:
        out += b'\x40' + name + b'\0\x90'
    return out + b'\x60\x7f\xa0\x08\xc0\x02\x08\x20\x85\x01\x80\x10\xb1\0'


def trie(children, symbol=b''):
    """An export trie of {edge: (children, symbol's bytes)}; offsets of two bytes."""
    nodes, order = [], []

    def visit(node):
        order.append(node)
        nodes.append(None)
        at = len(nodes) - 1
        nodes[at] = [(edge, visit(child)) for edge, child in node[0].items()]
        return at

    visit((children, symbol))
    sizes = [1 + len(node[1]) + 1 + sum(len(e) + 3 for e, _ in kids)
             for node, kids in zip(order, nodes)]
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    out = b''
    for node, kids in zip(order, nodes):
        out += bytes([len(node[1])]) + node[1] + bytes([len(kids)])
        for edge, k in kids:
            out += edge + b'\0' + bytes([starts[k] & 127 | 128, starts[k] >> 7])
    return out


PLIST = b'''<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>com.apple.security.get-task-allow</key>
\t<true/>
\t<key>com.apple.security.application-groups</key>
\t<array>
\t\t<string>group.one</string>
\t\t<string>group.two</string>
\t\t<string>group.one</string>
\t</array>
\t<!-- <key>not.this</key> -->
\t<key>a &amp; b</key>
\t<string>value</string>
</dict>
</plist>
'''
SYMBOLS = ((b'_x', 1, 0, 0, 0), (b'_Upper', 1, 0, 0x100, 0), (b'_x', 1, 0, 0, 0),
           (b'_local_undefined', 0, 0, 0, 0), (b'_exported', 0xf, 1, 0, 0x1000),
           (b'_private', 0x1f, 1, 0, 0x1010), (b'_static', 0xe, 1, 0, 0x1020),
           (b'_stab', 0x24, 1, 0, 0x1030), (b'_absolute', 3, 0, 0, 7), (b'_indirect', 0xb, 0, 0, 0),
           (b'_common', 1, 0, 0, 64), (b'', 1, 0, 0, 0), (b'_weak', 1, 0, 0x40, 0))


def everything(**kw):
    """A program with each command that YARA-X reads."""
    i = usual(**kw)
    i.dylib(b'/usr/lib/libSystem.B.dylib').dylib(b'@rpath/Some.framework/Some', 0x80000018, 0, 0)
    i.dylib(b'/usr/lib/libSystem.B.dylib', 0x8000001f).dylib(b'self', 0xd)
    i.path(0x8000001c, b'@loader_path/../lib').path(0x8000001c, b'/opt').path(0xe, b'/usr/lib/dyld')
    i.command(0x2a, i.pack('Q', 1 << 40 | 2 << 30 | 3 << 20 | 4 << 10 | 5))
    i.command(0x1b, bytes(range(0xa0, 0xb0)))
    i.command(0x32, i.pack('8I', 1, 0xb0000, 0xc0102, 2, 3, 0x4010200, 1, 0x20300))
    i.command(0x24, i.pack('II', 0xa0902, 0xb0100))
    i.command(0x2d, i.pack('I', 2) + b'-framework\0Cocoa\0')
    i.command(0xb, i.pack('18I', *range(1, 19)))
    i.symtab(*SYMBOLS)
    i.dyld_info(binds(b'_b', b'_a', b'_b'), binds(b'_weak', b'_a'), binds(b'_lazy'), trie({
        b'_m': ({b'ain': ({}, b'\0\x10'), b'ore': ({b'_x': ({}, b'\0\x20')}, b'\0\x30')}, b''),
        b'_re': ({}, b'\x08\1_other\0')}))
    return i.main(0x440, 0x800000)


def make():
    out = {}
    for big in (False, True):
        name = 'be' if big else 'le'
        out['main64' + name] = usual(big=big).main(0x440, 0x800000).build()
        out['main32' + name] = usual(cputype=X86, wide=False, big=big).main(0x440).build()
    out['thread-x86'] = usual(cputype=X86, wide=False).thread(40, 0x1010, 64).build()
    out['thread-x86-64'] = usual().thread(128, 0x1010, 168, True).build()
    out['thread-arm'] = usual(cputype=ARM, wide=False).thread(60, 0x1010, 68).build()
    out['thread-arm64'] = usual(cputype=ARM64).thread(256, 0x1010, 272, True).build()
    out['thread-powerpc'] = usual(cputype=PPC, wide=False, big=True).thread(0, 0x1010, 160).build()
    out['thread-sparc'] = usual(cputype=SPARC, wide=False, big=True).thread(4, 0x1010, 76).build()
    out['thread-state-short'] = usual(cputype=X86, wide=False).thread(40, 0x1010, 60).build()
    out['thread-nowhere'] = usual(cputype=X86, wide=False).thread(40, 0x9010, 64).build()
    out['thread-other-processor'] = usual(cputype=8, wide=False).thread(40, 0x1010, 64).build()
    out['nsects-lies'] = Image().segment('__TEXT', 0x1000, 16, 0, ('__text',), 5).build()
    out['segment-too-short'] = Image().segment('__TEXT', 0x1000, 16, 0, (), 0, 64).build()
    out['command-too-short'] = usual().command(0x1b, b'', 4).main(1).build()
    out['command-outside'] = usual().command(0x1b, b'', 4096).main(1).build()
    more = usual()
    more.more = 1000
    out['more-commands-than-there-are'] = more.build()
    out['no-commands'] = Image().build()

    for big in (False, True):
        name = 'be' if big else 'le'
        out['everything64' + name] = everything(big=big).build()
        out['everything32' + name] = everything(big=big, wide=False, cputype=X86).build()
    out['symbols-only'] = usual().symtab(*SYMBOLS).build()
    out['symbols-strx-outside'] = usual().symtab(
        (2, 1, 0, 0, 0), (900, 1, 0, 0, 0), (0, 0xf, 1, 0, 0), names=b'\0 _a\0_end').build()
    out['exports-trie-command'] = usual().command(0x80000033, struct.pack('<II', *(LINK, 60))).build() \
        .ljust(LINK, b'\0') + trie({b'_t': ({}, b'\0\x10')}).ljust(60, b'\0')
    out['trie-loops'] = usual().dyld_info(export=b'\0\1a\0\0').build()
    out['trie-cut'] = usual().dyld_info(export=b'\0\2a\0\x08b').build()
    out['trie-edge-not-utf8'] = usual().dyld_info(export=trie({
        b'_\xff': ({}, b'\0\1'), b'_ok': ({}, b'\0\1')})).build()
    out['binds-cut'] = usual().dyld_info(b'\x40_a\0\x90\x40_b').build()
    out['signed'] = usual().signature((0xfade0c02, b'directory'), (0xfade7171, PLIST)).main(1).build()
    out['signed-no-blanks'] = usual().signature((0xfade7171, b'<plist><dict><key>k</key><array><string>'
                                                 b's</string></array></dict></plist>')).build()
    out['signed-broken-plist'] = usual().signature((0xfade7171, PLIST[:-20])).build()
    out['signed-count-lies'] = usual().signature((0xfade7171, PLIST), count=9).build()
    out['short-commands'] = usual().command(0xc, bytes(12)).command(0x1b, bytes(8)) \
        .command(0x32, bytes(12)).command(0x8000001c, b'').command(2, bytes(8)).main(1).build()
    out['linker-options-lie'] = usual().command(0x2d, struct.pack('<I', 3) + b'-l\0').build()
    out['uuid-ends-in-zero'] = usual().command(0x1b, bytes(range(1, 14)) + bytes(3)).build()
    out['fat-everything'] = fat([(everything().build(), X86_64, 3), (usual(
        cputype=ARM64, subtype=0).dylib(b'/second').build(), ARM64, 0)])
    out['fat-one'] = fat([(everything().build(), X86_64, 3)])
    x64, arm = usual().main(0x440).build(), usual(cputype=ARM64, subtype=0).main(0x550).build()
    two = [(x64, X86_64, 3), (arm, ARM64, 0)]
    out['fat'] = fat(two)
    out['fat64'] = fat(two, wide=True)
    out['fat-table-of-its-own-mind'] = fat([(x64, ARM, 1), (arm, X86, 2)])
    out['fat-bad-magic'] = fat([(b'\0' * 4 + x64[4:], X86_64, 3)])
    out['fat-table-outside'] = struct.pack('>II', 0xcafebabe, 99) + bytes(99 * 20 - 1)
    out['fat-of-nothing'] = struct.pack('>II', 0xcafebabe, 0)
    return out


if __name__ == '__main__':
    for name, data in make().items():
        with open(os.path.join(sys.argv[1], name + '.macho'), 'wb') as f:
            f.write(data)
