#!/usr/bin/env python3
"""Small Mach-O files for golden tests: load commands by hand, no code that runs.

    macho.py OUTDIR     writes every sample there, NAME.macho

What is wanted of each was compared with what Debian's `yara -D` prints of it.
"""
import os
import struct
import sys

X86, ARM, SPARC, PPC, X86_64, ARM64 = 7, 12, 14, 18, 0x1000007, 0x100000c


class Image:
    """A thin file: commands in the order they are added."""

    def __init__(self, cputype=X86_64, wide=True, big=False, subtype=3, filetype=2):
        self.cputype, self.wide, self.subtype, self.filetype = cputype, wide, subtype, filetype
        self.end = '>' if big else '<'
        self.commands, self.more = [], 0       # more: commands that are announced only

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

    def build(self):
        body = b''.join(self.commands)
        head = self.pack('7I', 0xfeedfacf if self.wide else 0xfeedface, self.cputype,
                         self.subtype, self.filetype, len(self.commands) + self.more,
                         len(body), 0x200085)
        return head + (self.pack('I', 9) if self.wide else b'') + body


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
