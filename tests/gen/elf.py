#!/usr/bin/env python3
"""Small ELF files for golden tests: tables by hand, no compiler, no code that runs.

    elf.py OUTDIR       writes every sample there, NAME.elf

What is wanted of each was compared with what Debian's `yara -D` prints of it.
"""
import os
import struct
import sys

NULL, PROGBITS, SYMTAB, STRTAB, NOBITS, DYNSYM = 0, 1, 2, 3, 8, 11
LOAD, DYNAMIC, NOTE = 1, 2, 4
SECTION_NAMES = b'\0.shstrtab\0.strtab\0.symtab\0.dynsym\0.text\0.bss\0'
SYMBOL_NAMES = b'\0alpha\0Beta\0gamma64\0strlen\0_start\0'


class Elf:
    """Sections and segments with their content, laid out in the order they are added."""

    def __init__(self, wide=True, big=False, type=3, entry=0):
        self.wide, self.end = wide, '>' if big else '<'
        self.big, self.type, self.entry = big, type, entry
        self.sections, self.segments = [], []     # dicts; content in 'data'
        self.header = {}                          # fields of the file header to overwrite
        self.names_at = 1                         # which section has the names

    def pack(self, form, *values):
        return struct.pack(self.end + form, *values)

    def name(self, text):
        return SECTION_NAMES.index(text.encode() + b'\0') if text else 0

    def section(self, name, type, data=b'', link=0, addr=0, flags=0, **fields):
        self.sections.append(dict(name=self.name(name), type=type, data=data, link=link,
                                  addr=addr, flags=flags, **fields))
        return self

    def segment(self, type, data=b'', vaddr=0, memsz=None, flags=5, **fields):
        self.segments.append(dict(type=type, data=data, vaddr=vaddr, flags=flags,
                                  memsz=len(data) if memsz is None else memsz, **fields))
        return self

    def common(self):
        """The sections that every sample with names needs."""
        return self.section('', NULL).section('.shstrtab', STRTAB, SECTION_NAMES)

    def symbol(self, name, info=0x12, other=0, shndx=0, value=0, size=0):
        at = name if isinstance(name, int) else SYMBOL_NAMES.index(name.encode() + b'\0')
        if self.wide:
            return self.pack('IBBHQQ', at, info, other, shndx, value, size)
        return self.pack('IIIBBH', at, value, size, info, other, shndx)

    def dynamic(self, *rows):
        return b''.join(self.pack('QQ' if self.wide else 'II', *r) for r in rows)

    def row_section(self, s, at):
        form = 'IIQQQQIIQQ' if self.wide else 'IIIIIIIIII'
        return self.pack(form, s['name'], s['type'], s['flags'], s['addr'],
                         s.get('offset', at), s.get('size', len(s['data'])), s['link'], 0, 1, 0)

    def row_segment(self, s, at):
        off, size = s.get('offset', at), s.get('size', len(s['data']))
        if self.wide:
            return self.pack('IIQQQQQQ', s['type'], s['flags'], off, s['vaddr'], s['vaddr'],
                             size, s['memsz'], 4096)
        return self.pack('IIIIIIII', s['type'], off, s['vaddr'], s['vaddr'], size, s['memsz'],
                         s['flags'], 4096)

    def build(self):
        head, ph, sh = (64, 56, 64) if self.wide else (52, 32, 40)
        at = head + ph * len(self.segments)
        rows, body, tail = b'', b'', b''
        for s in self.segments:
            rows += self.row_segment(s, at + len(body))
            body += s['data']
        for s in self.sections:
            tail += self.row_section(s, at + len(body))
            body += s['data']
        h = dict(type=self.type, machine=62, version=1, entry=self.entry, phoff=head,
                 shoff=at + len(body), flags=0, ehsize=head, phentsize=ph,
                 phnum=len(self.segments), shentsize=sh, shnum=len(self.sections),
                 shstrndx=self.names_at)
        h.update(self.header)
        form = 'HHIQQQIHHHHHH' if self.wide else 'HHIIIIIHHHHHH'
        ident = b'\x7fELF' + bytes([2 if self.wide else 1, 2 if self.big else 1, 1]) + bytes(9)
        return ident + self.pack(form, *h.values()) + rows + body + tail


def with_symbols(e, **symtab):
    """Two undefined functions, one defined, one without a name in the table."""
    rows = e.symbol(0, 0) + e.symbol('Beta') + e.symbol('alpha', 0x22, 2, 5, 9, 8) + \
        e.symbol(200, 0x10)
    fields = dict(data=rows, link=2)
    fields.update(symtab)
    return e.common().section('.strtab', STRTAB, SYMBOL_NAMES) \
        .section('.symtab', SYMTAB, **fields)


def program(wide, big):
    """Something of everything."""
    e = Elf(wide, big, type=2, entry=0x1010)
    e.segment(LOAD, bytes(64), 0x1000, 256)
    e.segment(DYNAMIC, e.dynamic((1, 5), (0x6ffffef5 if wide else 0x80000000, 0x318), (0, 0)))
    e.segment(NOTE, b'', 0)
    with_symbols(e)
    e.section('.dynsym', DYNSYM, e.symbol('gamma64') + e.symbol('strlen') + e.symbol('Beta'), 2)
    return e.section('.text', PROGBITS, bytes(16), addr=0x1000, flags=6) \
        .section('.bss', NOBITS, addr=0x2000, flags=3, size=0x100)


def shared(entry, *sections):
    """No segments count for what is no program: the entry point is found by sections."""
    e = Elf(type=3, entry=entry).common()
    for type, addr, size in sections:
        e.section('.text', type, bytes(32), addr=addr, size=size)
    return e


def make():
    out = {}
    for wide in (False, True):
        for big in (False, True):
            out[f'program{64 if wide else 32}{"be" if big else "le"}'] = \
                program(wide, big).build()
    out['shared'] = shared(0x1004, (NOBITS, 0x1000, 32), (PROGBITS, 0x1000, 32)).build()
    out['shared-entry-nowhere'] = shared(0x2000, (PROGBITS, 0x1000, 32)).build()
    out['shared-size-wraps'] = shared(0x1004, (PROGBITS, 0x1000, 2**64 - 1)).build()
    e = Elf(type=2, entry=0x1008).segment(LOAD, bytes(32), 0x1000, offset=2**64 - 4)
    out['entry-offset-wraps'] = e.build()

    two = with_symbols(Elf())
    two.section('.symtab', SYMTAB, two.symbol('strlen'), 2)
    out['two-symtabs'] = two.build()
    out['symtab-link-outside'] = with_symbols(Elf(), link=99).build()
    out['symtab-link-no-strtab'] = with_symbols(Elf(), link=3).build()
    out['symtab-outside'] = with_symbols(Elf(), size=1 << 40).build()
    out['symtab-odd-size'] = with_symbols(Elf(), size=95).build()
    bad = Elf().common().section('.strtab', STRTAB, b'X' + SYMBOL_NAMES[1:])
    out['strtab-first-byte'] = bad.section('.symtab', SYMTAB, bad.symbol('alpha'), 2).build()
    cut = Elf().common().section('.strtab', STRTAB, SYMBOL_NAMES, size=8)
    out['strtab-cut'] = cut.section('.symtab', SYMTAB, cut.symbol('alpha') + cut.symbol('Beta'),
                                    2).build()

    e = Elf()
    e.segment(DYNAMIC, e.dynamic((1, 1), (2, 2), (3, 3), (0, 0)))
    e.segment(DYNAMIC, e.dynamic((4, 4), (0, 0)))
    out['two-dynamics'] = e.build()
    e = Elf()
    out['dynamic-without-end'] = e.segment(DYNAMIC, e.dynamic((1, 1), (2, 2)) + b'\1').build()
    out['dynamic-outside'] = Elf().segment(DYNAMIC, offset=1 << 40).build()

    e = with_symbols(Elf())
    e.names_at = 9
    out['no-name-section'] = e.build()
    e = with_symbols(Elf())
    e.names_at = 0
    out['names-at-start'] = e.build()
    e = with_symbols(Elf())
    e.header = dict(shnum=200)
    out['sections-outside'] = e.build()
    e = with_symbols(Elf())
    e.header = dict(shentsize=1, phentsize=1)
    out['entry-sizes-are-not-asked'] = e.build()
    out['header-only'] = Elf().build() + b'\0'
    return out


if __name__ == '__main__':
    for name, data in make().items():
        with open(os.path.join(sys.argv[1], name + '.elf'), 'wb') as f:
            f.write(data)
