#!/usr/bin/env python3
"""Small Windows executables for golden tests: no compiler, no code that runs.

    pe.py OUTDIR        writes every sample there, NAME.exe

Each is made from a few tables, so what a golden output shows can be read here.
Nothing is random and nothing depends on the day.
"""
import os
import struct
import sys

ALIGN = 0x200


def pad(b, to):
    return b + b'\0' * (-len(b) % to)


class Image:
    """A PE32 or PE32+ image: sections are laid out in order as they are added."""

    def __init__(self, wide=False, machine=None, characteristics=0x102, stub=b''):
        self.wide = wide
        self.machine = machine or (0x8664 if wide else 0x14c)
        self.characteristics = characteristics
        self.stub = stub                      # between the DOS and the PE header
        self.sections = []                    # name, rva, virtual size, raw bytes, flags
        self.dirs = {}
        self.overlay = b''
        self.fields = {}                      # of the optional header, by offset
        self.symbols = b''                    # a string table behind the sections
        self.entry = 0x1000

    def next_rva(self):
        if not self.sections:
            return 0x1000
        _, rva, size, raw, _ = self.sections[-1]
        return (rva + max(size, len(raw)) + 0xfff) & ~0xfff

    def section(self, name, raw, flags=0xe0000060, size=None):
        rva = self.next_rva()
        self.sections.append((name, rva, len(raw) if size is None else size, raw, flags))
        return rva

    def build(self):
        lfanew = 64 + len(self.stub)
        opt_size = 240 if self.wide else 224
        head = lfanew + 24 + opt_size + 40 * len(self.sections)
        at = (head + ALIGN - 1) & ~(ALIGN - 1)
        rows, body = b'', b''
        for name, rva, size, raw, flags in self.sections:
            raw = pad(raw, ALIGN)
            rows += struct.pack('<8sIIIIIIHHI', name, size, rva, len(raw),
                                at + len(body) if raw else 0, 0, 0, 0, 0, flags)
            body += raw
        size_of_headers = at
        symbols = at + len(body) if self.symbols else 0
        dos = b'MZ' + b'\0' * 58 + struct.pack('<I', lfanew) + self.stub
        coff = b'PE\0\0' + struct.pack('<HHIIIHH', self.machine, len(self.sections), 0x5f000000,
                                       symbols, 0, opt_size, self.characteristics)
        word = 'Q' if self.wide else 'I'
        opt = struct.pack('<HBBIIIII', 0x20b if self.wide else 0x10b, 14, 29, 0x200, 0x400, 0,
                          self.entry, 0x1000)
        if not self.wide:
            opt += struct.pack('<I', 0x2000)
        opt += struct.pack('<' + word + 'IIHHHHHHIIIIHH', 0x140000000 if self.wide else 0x400000,
                           0x1000, ALIGN, 6, 1, 10, 2, 6, 0, 0, self.next_rva(),
                           size_of_headers, 0, 3, 0x8160)
        opt += struct.pack('<' + word * 4 + 'II', 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
        for i in range(16):
            opt += struct.pack('<II', *self.dirs.get(i, (0, 0)))
        opt = bytearray(opt)
        for off, value in self.fields.items():
            opt[off:off + 4] = struct.pack('<I', value)
        image = pad(dos + coff + bytes(opt) + rows, ALIGN) if head % ALIGN else dos + coff + bytes(opt) + rows
        return image + body + self.symbols + self.overlay


def imports(rva, libs, wide=False, original=True):
    """An import section at rva: libs is [(name, [function or ordinal])]."""
    word = 8 if wide else 4
    flag = 1 << (63 if wide else 31)
    fmt = '<Q' if wide else '<I'
    tables = 20 * (len(libs) + 1)
    thunk_size = sum(word * (len(fs) + 1) for _, fs in libs)
    names_at = tables + 2 * thunk_size
    names, thunks, desc = b'', b'', b''
    for name, fs in libs:
        mine = b''
        for f in fs:
            if isinstance(f, int):
                mine += struct.pack(fmt, flag | f)
                continue
            mine += struct.pack(fmt, rva + names_at + len(names))
            names += pad(struct.pack('<H', 0) + f + b'\0', 2)
        oft = rva + tables + len(thunks)
        ft = rva + tables + thunk_size + len(thunks)
        thunks += mine + b'\0' * word
        desc += struct.pack('<IIIII', oft if original else 0, 0, 0, rva + names_at + len(names), ft)
        names += pad(name + b'\0', 2)
    return desc + b'\0' * 20 + thunks + thunks + names


def delayed(rva, name, fs, wide=False, base=0):
    """A delay-load section; base: addresses are absolute, as Visual C++ 6 wrote."""
    word, fmt = (8, '<Q') if wide else (4, '<I')
    flag = 1 << (63 if wide else 31)
    names_at = 64 + 2 * word * (len(fs) + 1)
    names, table = b'', b''
    for f in fs:
        if isinstance(f, int):
            table += struct.pack(fmt, flag | f)
            continue
        table += struct.pack(fmt, base + rva + names_at + len(names))
        names += struct.pack('<H', 0) + f + b'\0'
    table += b'\0' * word
    addresses = b''.join(struct.pack(fmt, 0x1234) for _ in fs) + b'\0' * word
    desc = struct.pack('<IIIIIIII', 0 if base else 1, base + rva + names_at + len(names), 0,
                       base + rva + 64, base + rva + 64 + len(addresses), 0, 0, 0)
    return desc + b'\0' * 32 + addresses + table + names + name + b'\0'


def exports(rva, dll, base, functions, names):
    """functions: addresses, or bytes for a forwarder; names: [(name, index)]."""
    n, m = len(functions), len(names)
    at = 40 + 4 * n + 4 * m + 2 * m
    blob, where = b'', []
    for s in [dll] + [s for s, _ in names] + [f for f in functions if isinstance(f, bytes)]:
        where.append(rva + at + len(blob))
        blob += s + b'\0'
    forwards = iter(where[1 + m:])
    addresses = b''.join(struct.pack('<I', next(forwards) if isinstance(f, bytes) else f)
                         for f in functions)
    return struct.pack('<IIHHIIIIIII', 0, 0x5e000000, 0, 0, where[0], base, n, m, rva + 40,
                       rva + 40 + 4 * n, rva + 40 + 4 * n + 4 * m) + addresses + \
        b''.join(struct.pack('<I', w) for w in where[1:1 + m]) + \
        b''.join(struct.pack('<H', i) for _, i in names) + blob


def resources(rva, tree):
    """tree: {type: {name: {language: bytes}}}; a str is a name by string."""
    dirs, strings, leaves, data = [], b'', [], b''

    def entries(node):
        return sorted(node.items(), key=lambda kv: (isinstance(kv[0], int), str(kv[0])))

    def size(node):
        return 16 + 8 * len(node) + sum(size(v) for v in node.values() if isinstance(v, dict))

    def count(node):
        return sum(count(v) if isinstance(v, dict) else 1 for v in node.values())

    dir_size = size(tree)
    string_at = dir_size + 16 * count(tree)
    names = []

    def collect(node):
        for k, v in entries(node):
            if isinstance(k, str):
                names.append(k)
            if isinstance(v, dict):
                collect(v)

    collect(tree)
    offsets, blob = {}, b''
    for s in names:
        offsets[s] = string_at + len(blob)
        blob += struct.pack('<H', len(s)) + s.encode('utf-16le')
    data_at = (string_at + len(blob) + 3) & ~3
    out = bytearray(pad(b'\0' * string_at + blob, 4))
    state = {'dir': 0, 'leaf': dir_size, 'data': b''}

    def write(node):
        at = state['dir']
        state['dir'] += 16 + 8 * len(node)
        named = sum(isinstance(k, str) for k in node)
        struct.pack_into('<IIHHHH', out, at, 0, 0x11223344 if at == 0 else 0, 4, 2, named,
                         len(node) - named)
        for i, (k, v) in enumerate(entries(node)):
            key = 0x80000000 | offsets[k] if isinstance(k, str) else k
            if isinstance(v, dict):
                to = 0x80000000 | write(v)
            else:
                to = state['leaf']
                state['leaf'] += 16
                struct.pack_into('<IIII', out, to, rva + data_at + len(state['data']), len(v), 0, 0)
                state['data'] += pad(v, 4)
            struct.pack_into('<II', out, at + 16 + 8 * i, key, to)
        return at

    write(tree)
    return bytes(out) + state['data']


def node(key, value=b'', text=True, children=b'', value_length=None):
    """A node of version information, aligned to four bytes."""
    head = pad(b'\0' * 6 + key.encode('utf-16le') + b'\0\0', 4)
    body = head + value
    if children:
        body = pad(body, 4) + children
    n = value_length if value_length is not None else len(value) // (2 if text else 1)
    return pad(struct.pack('<HHH', len(body), n, text) + body[6:], 4)


def version_info(strings, var_first=False):
    fixed = struct.pack('<IIIIIIIIIIIII', 0xfeef04bd, 0x10000, 1, 2, 3, 4, 0x3f, 0, 4, 1, 0, 0, 0)
    table = node('040904b0', children=b''.join(strings))
    parts = [node('StringFileInfo', children=table),
             node('VarFileInfo', children=node('Translation', b'\x09\x04\xb0\x04', False))]
    if var_first:
        parts.reverse()
    return node('VS_VERSION_INFO', fixed, False, b''.join(parts))


def string(key, value, value_length=None):
    return node(key, value.encode('utf-16le') + b'\0\0', value_length=value_length)


def rich(tools, key, at=0x80):
    """The stub with a Rich header that starts at at."""
    words = [0x536e6144, 0, 0, 0]
    for tool, count in tools:
        words += [tool, count]
    masked = b''.join(struct.pack('<I', w ^ key) for w in words)
    return b'\0' * (at - 64) + masked + b'Rich' + struct.pack('<I', key) + b'\0' * 16


def debug(rva, raw, path, kind=b'RSDS', use_rva=True):
    """A debug directory with one CodeView record behind it."""
    info = kind + {b'RSDS': b'\x11' * 16 + struct.pack('<I', 1), b'NB10': struct.pack('<III', 0, 1, 1),
                   b'MTOC': b'\x22' * 16}[kind] + path + b'\0'
    return struct.pack('<IIHHIIII', 0, 0, 0, 0, 2, len(info), rva + 28 if use_rva else 0,
                       raw + 28) + info


def sample_imports(wide=False):
    i = Image(wide)
    rva = i.next_rva()
    i.section(b'.idata', imports(rva, [
        (b'KERNEL32.dll', [b'ExitProcess', b'GetProcAddress']),
        (b'WS2_32.dll', [1, 115, 9999]),
        (b'oleaut32.DLL', [2, b'SysFreeString']),
        (b'user.control.ocx', [b'?Method@@YAXXZ', b'bad name']),
        (b'driver.sys', [7]),
        (b'noext', [b'f']),
        (b'bad*name.dll', [b'f']),
    ], wide))
    i.dirs[1] = (rva, 200)
    return i


def make():
    """All samples: name -> bytes."""
    s = {}
    i = Image()
    i.section(b'.text', b'\xc3' * 16, 0x60000020)
    s['plain32'] = i.build()

    i = Image(wide=True, characteristics=0x2022)
    i.section(b'.text', b'\xc3' * 16, 0x60000020)
    i.section(b'.bss', b'', 0xc0000080, size=0x3000)
    i.overlay = b'behind the end'
    s['plain64-dll-overlay'] = i.build()

    s['imports32'] = sample_imports().build()
    s['imports64'] = sample_imports(True).build()

    i = Image()
    rva = i.next_rva()
    i.section(b'.idata', imports(rva, [(b'a.dll', [b'one', b'two'])], original=False))
    i.dirs[1] = (rva, 0)
    s['imports-first-thunk-only'] = i.build()

    for wide, base, name in ((False, 0, 'delayed32'), (True, 0, 'delayed64'),
                             (False, 0x400000, 'delayed-vc6')):
        i = Image(wide)
        rva = i.next_rva()
        i.section(b'.didat', delayed(rva, b'late.dll', [b'First', 3, b'Second'], wide, base))
        i.dirs[13] = (rva, 64)
        s[name] = i.build()

    i = Image(characteristics=0x2102)
    text = i.section(b'.text', b'\xc3' * 32, 0x60000020)
    rva = i.next_rva()
    blob = exports(rva, b'sample.dll', 5, [text, 0, b'other.Function', text + 8, 0x99999999],
                   [(b'Alpha', 0), (b'Beta', 3), (b'Beta2', 3), (b'Forward', 2)])
    i.section(b'.edata', blob)
    i.dirs[0] = (rva, len(blob))
    s['exports'] = i.build()

    i = Image()
    rva = i.next_rva()
    blob = resources(rva, {
        3: {1: {1033: b'icon'}},
        10: {'PAYLOAD': {1033: b'MZ...', 0: b'other'}, 'empty': {0: b''}},
        'CUSTOM': {7: {1049: b'x' * 40}},
        24: {1: {1033: b'<assembly/>'}},
    })
    i.section(b'.rsrc', blob)
    i.dirs[2] = (rva, len(blob))
    s['resources'] = i.build()

    strings = [string('CompanyName', 'Example'), string('FileDescription', 'caf\u00e9 \u0416x'),
               string('Empty', ''), string('NoLength', 'hidden', 0),
               string('CompanyName', 'Twice'), string('K' * 80, 'long key'),
               string('Long', 'v' * 300)]
    for name, first in (('version', False), ('version-var-first', True)):
        i = Image()
        rva = i.next_rva()
        blob = resources(rva, {16: {1: {1033: version_info(strings, first)}}})
        i.section(b'.rsrc', blob)
        i.dirs[2] = (rva, len(blob))
        s[name] = i.build()

    i = Image(stub=rich([(0x01055e3b, 4), (0x00010000, 40), (0x01005e3b, 1)], 0xc9ada627))
    i.section(b'.text', b'\xc3', 0x60000020)
    s['rich'] = i.build()

    for kind, use_rva in ((b'RSDS', True), (b'NB10', True), (b'MTOC', True), (b'RSDS', False)):
        i = Image()
        rva = i.next_rva()
        blob = debug(rva, ALIGN, b'C:\\build\\sample.pdb', kind, use_rva)
        i.section(b'.rdata', blob)
        i.dirs[6] = (rva, 28)
        s['pdb-%s%s' % (kind.decode().lower(), '' if use_rva else '-raw')] = i.build()

    i = Image()
    i.section(b'/4', b'\xc3', 0x60000020)
    i.section(b'/200', b'x')
    i.section(b'a\0b', b'x')
    i.section(b'12345678', b'x')
    i.symbols = struct.pack('<I', 4) + b'.a_long_name\0'
    s['section-names'] = i.build()

    i = Image()
    i.section(b'.text', b'\xc3' * 16, 0x60000020)
    i.dirs[1] = (0xfffffff0, 100)
    i.dirs[0] = (0x1000, 0xffffffff)
    i.dirs[2] = (0x1000, 16)
    i.dirs[4] = (0x100, 0xffffffff)
    i.fields[92] = 0xffffffff                 # NumberOfRvaAndSizes
    s['broken-directories'] = i.build()

    i = Image()
    i.section(b'.text', b'\xc3' * 16, 0x60000020)
    blob = b'\x30\x03\x02\x01\x01'
    cert = struct.pack('<IHH', 8 + len(blob), 0x200, 2) + blob
    i.overlay = pad(cert, 8)
    i.dirs[4] = (len(i.build()) - len(i.overlay), len(i.overlay))
    s['signature-garbage'] = i.build()

    whole = s['imports32']
    s['cut-in-section'] = whole[:0x240]
    s['cut-in-section-table'] = s['section-names'][:64 + 24 + 224 + 50]
    return s


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    for name, data in make().items():
        with open(os.path.join(out, name + '.exe'), 'wb') as f:
            f.write(data)


if __name__ == '__main__':
    main()
