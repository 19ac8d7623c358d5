#!/usr/bin/env python3
"""Documents with VBA projects (MS-OVBA) for golden tests, whole and broken.

    vba.py OUTDIR    writes every sample there
"""
import importlib.util
import io
import os
import struct
import sys
import zipfile

spec = importlib.util.spec_from_file_location(
    'gen_olecf', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'olecf.py'))
olecf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(olecf)

STANDARD, CLASS = 0x21, 0x22


def token(done, back, length):
    bits = 4
    while 1 << bits < done:
        bits += 1
    return struct.pack('<H', back - 1 << 16 - bits | length - 3), (0xffff >> bits) + 3


def packed_chunk(data):
    """LZ77 as 2.4.1.3.6 has it, the longest match wins."""
    out, at = b'', 0
    while at < len(data):
        flags, part = 0, b''
        for i in range(8):
            if at == len(data):
                break
            best, most = (0, 0), token(at, 1, 3)[1] if at else 0
            for back in range(1, at + 1):
                n = 0
                while at + n < len(data) and n < most and data[at + n] == data[at + n - back]:
                    n += 1
                best = max(best, (n, -back))
            if best[0] >= 3:
                flags |= 1 << i
                part += token(at, -best[1], best[0])[0]
                at += best[0]
            else:
                part += data[at:at + 1]
                at += 1
        out += bytes([flags]) + part
    return struct.pack('<H', 0xb000 | len(out) - 1) + out


def pack(data):
    return b'\1' + b''.join(packed_chunk(data[i:i + 4096]) for i in range(0, len(data), 4096))


def raw(data):
    """Chunks that are not packed have 4,096 bytes."""
    return b'\1' + b''.join(struct.pack('<H', 0x3fff) + data[i:i + 4096].ljust(4096, b'\0')
                            for i in range(0, len(data), 4096))


def record(number, data, size=None):
    return struct.pack('<HI', number, len(data) if size is None else size) + data


def wide(number, wide_number, text, page):
    return record(number, text.encode(page)) + record(wide_number, text.encode('utf-16-le'))


class Project:
    def __init__(self, page='cp1252', number=1252):
        self.page, self.number = page, number
        self.modules, self.references = [], b''
        self.name, self.version, self.lcid = 'VBAProject', (1382489937, 32), 0x409
        self.count = None
        self.offset, self.tail = 5, b''
        self.pack, self.dir_pack = pack, pack
        self.dir_name = 'dir'
        self.head = None

    def module(self, name, code, kind=STANDARD, stream=None, listed=None):
        """stream: where its source is; listed: what "dir" says of that, if something else."""
        self.modules.append((name, code, kind, stream or name, listed or stream or name))
        return self

    def registered(self, name, libid=b'*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#stdole2.tlb#OLE'):
        self.references += wide(0x16, 0x3e, name, self.page)
        body = struct.pack('<I', len(libid)) + libid + bytes(6)
        self.references += record(0x0d, body)
        return self

    def control(self, name, extended):
        self.references += wide(0x16, 0x3e, name, self.page)
        self.references += record(0x33, b'*\\G{original}')
        body = struct.pack('<I', 3) + b'*\\X' + bytes(6)
        self.references += record(0x2f, body) + wide(0x16, 0x3e, extended, self.page)
        self.references += record(0x30, struct.pack('<I', 3) + b'*\\Y' + bytes(26))
        return self

    def project(self, name):
        self.references += wide(0x16, 0x3e, name, self.page)
        self.references += record(0x0e, struct.pack('<I', 2) + b'*A' + struct.pack('<I', 2) + b'*B' + bytes(6))
        return self

    def dir(self):
        out = self.head if self.head is not None else record(1, struct.pack('<I', 1))
        out += record(0x4a, struct.pack('<I', 5)) + record(2, struct.pack('<I', self.lcid))
        out += record(0x14, struct.pack('<I', self.lcid)) + record(3, struct.pack('<H', self.number))
        out += record(4, self.name.encode(self.page)) + wide(5, 0x40, '', self.page)
        out += record(6, b'') + record(0x3d, b'') + record(7, bytes(4)) + record(8, bytes(4))
        out += record(9, struct.pack('<IH', *self.version), 4) + wide(0x0c, 0x3c, '', self.page)
        out += self.references
        n = len(self.modules) if self.count is None else self.count
        out += record(0x0f, struct.pack('<H', n)) + record(0x13, b'\xff\xff')
        for name, code, kind, stream, listed in self.modules:
            out += wide(0x19, 0x47, name, self.page) + wide(0x1a, 0x32, listed, self.page)
            out += wide(0x1c, 0x48, '', self.page) + record(0x31, struct.pack('<I', self.offset))
            out += record(0x1e, bytes(4)) + record(0x2c, b'\xff\xff')
            out += (record(kind, b'') if kind else b'') + record(0x2b, b'')
        return out + record(0x10, b'') + self.tail

    def put(self, f, path):
        f.stream(path + ['PROJECT'], b'ID="{00000000-0000-0000-0000-000000000000}"\r\n')
        f.stream(path + ['VBA', '_VBA_PROJECT'], b'\xcc\x61\xff\xff\0\0\0')
        for name, code, kind, stream, listed in self.modules:
            if code is not None:
                f.stream(path + ['VBA', stream], b'cache' + self.pack(code.encode(self.page, 'replace')))
        return f.stream(path + ['VBA', self.dir_name], self.dir_pack(self.dir()))

    def document(self, version=3):
        f = olecf.File(version).stream(['WordDocument'], olecf.word(5000))
        return self.put(f, ['Macros'])

    def build(self):
        return self.put(olecf.File(), []).build()


HELLO = '''Attribute VB_Name = "{}"
Sub AutoOpen()
    Shell "calc.exe"
End Sub
'''.replace('\n', '\r\n')


def usual():
    p = Project().registered('stdole').registered('Office')
    p.module('ThisDocument', HELLO.format('ThisDocument'), CLASS)
    return p.module('Module1', HELLO.format('Module1') * 3)


def ooxml(path, data, how=zipfile.ZIP_DEFLATED, more=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        for name, content in (('[Content_Types].xml', b'<Types/>'), *more, (path, data)):
            z.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


def with_(p, **knobs):
    for name, value in knobs.items():
        setattr(p, name, value)
    return p


def make():
    out = {'document': usual().document().build(), 'document-4': usual().document(4).build()}
    project = usual().build()
    out['project'] = project
    out['docm'] = ooxml('word/vbaProject.bin', project)
    out['xlsm-stored'] = ooxml('xl/vbaProject.bin', project, zipfile.ZIP_STORED)
    out['elsewhere-in-archive'] = ooxml('a/b/VBAPROJECT.BIN', project, more=[('x/vbaProject.bin', b'no project')])
    out['archive-without'] = ooxml('word/document.xml', b'<w/>')
    out['archive-cut'] = out['docm'][:-30]
    at = out['docm'].index(b'word/vbaProject.bin') + 19 + 50
    out['archive-broken'] = olecf.patched(out['docm'], (at, b'\xff' * 40))
    out['no-macros'] = olecf.small().build()
    out['references'] = usual().control('MSForms', 'MSForms-2').project('Other').build()
    out['large-module'] = Project().module('Big', ''.join(f"x{i} = {i * 7919 % 10007}\r\n" for i in range(1200))).build()
    out['raw-chunks'] = with_(usual(), pack=raw).build()
    out['code-page-1251'] = with_(Project('cp1251', 1251), name='Проект').module('Модуль', '\'Привет\r\n').build()
    out['code-page-932'] = with_(Project('cp932', 932), name='モ').registered('参照').module('モジュール', 'x = 1\r\n').build()
    out['code-page-unknown'] = Project('cp1252', 4711).module('Ümlaut', '\'ä\r\n').build()
    out['turkish-in-1252'] = Project('cp1254', 1252).module('BuÇalışma', 'y = 2\r\n', CLASS).build()
    out['without-type'] = Project().module('Odd', 'z = 3\r\n', None).build()
    out['another-lcid'] = with_(usual(), lcid=0x407).build()
    out['another-offset'] = with_(usual(), offset=0).build()
    out['offset-beyond'] = with_(usual(), offset=0x7fffffff).build()
    out['stream-name-lies'] = Project().module('Real', HELLO.format('Real'), listed='Gone').build()
    out['module-without-stream'] = usual().module('Gone', None).build()
    out['source-wiped'] = with_(usual(), pack=lambda b: bytes(300)).build()
    out['source-broken'] = with_(usual(), pack=lambda b: pack(b)[:40] + b'\xff' * 9).build()
    out['counts-more'] = with_(usual(), count=500).build()
    out['counts-none'] = with_(usual(), count=0).build()
    out['dir-cut'] = with_(usual(), dir_pack=lambda b: pack(b[:len(b) * 2 // 3])).build()
    out['dir-broken'] = with_(usual(), dir_pack=lambda b: pack(b)[:200] + b'\xff' * 90).build()
    out['dir-begins-wrong'] = with_(usual(), head=record(2, bytes(4))).build()
    out['dir-in-capitals'] = with_(usual(), dir_name='DIR').build()
    out['no-dir'] = with_(usual(), dir_name='dirx').build()
    out['same-stream-twice'] = usual().module('Twin', None, listed='Module1').build()
    out['record-too-long'] = with_(usual(), tail=struct.pack('<HI', 0x19, 0x7fffffff)).build()
    return out


if __name__ == '__main__':
    for name, data in make().items():
        with open(os.path.join(sys.argv[1], name + '.vba'), 'wb') as f:
            f.write(data)
