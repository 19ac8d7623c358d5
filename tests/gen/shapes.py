"""Headers of the file formats that samples need: enough for a rule's magic checks, no more.
Nothing here can run: entry points lead to zeros."""
import struct


def elf(body=b'', kind=2, segments=0, sections=3, flags=5):
    """ELF64, little-endian, x86-64. kind: 1 object, 2 program, 3 shared object."""
    head = b'\x7fELF\2\1\1' + bytes(9)
    head += struct.pack('<HHIQQQIHHHHHH', kind, 62, 1, 0x400078, 64 if segments else 0, 0, 0,
                        64, 56, segments, 64, sections, 0)
    size = 64 + 56 * segments + len(body)
    for _ in range(segments):
        head += struct.pack('<IIQQQQQQ', 1, flags, 0, 0x400000, 0x400000, size, size, 0x1000)
    return head + body


def pe(body=b'', names=(b'.text', b'.data'), first=(0x1000, 0x400, 0x60000020), stub=True):
    """PE32 with the named sections; first: virtual size, raw size and flags of the first."""
    dos = b'MZ' + b'\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8' + bytes(43) + struct.pack('<I', 0x80)
    text = b'\x0e\x1f\xba\x0e\0\xb4\x09\xcd\x21\xb8\x01\x4c\xcd\x21'
    if stub:
        text += b'This program cannot be run in DOS mode.\r\r\n$'
    dos += text + bytes(0x80 - len(dos) - len(text))
    coff = b'PE\0\0' + struct.pack('<HHIIIHH', 0x14c, len(names), 0, 0, 0, 0xe0, 0x102)
    opt = struct.pack('<HBBIIIIII', 0x10b, 14, 0, 0x200, 0, 0, 0x1000, 0x1000, 0x2000)
    opt += struct.pack('<IIIHHHHHHIIIIHH', 0x400000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x4000,
                       0x400, 0, 3, 0)
    opt += struct.pack('<IIIIII', 0x100000, 0x1000, 0x100000, 0x1000, 0, 16) + bytes(128)
    table = b''
    for i, name in enumerate(names):
        vsize, raw, flags = first if i == 0 else (0x1000, 0x200, 0xc0000040)
        table += name[:8].ljust(8, b'\0') + struct.pack('<IIIIIIHHI', vsize, 0x1000 * (i + 1), raw,
                                                        0x400 if raw else 0, 0, 0, 0, 0, flags)
    head = dos + coff + opt + table
    return head + bytes(max(0, 0x400 - len(head))) + body + bytes(0x200)


def ole(body=b''):
    """Compound file header, one sector of directory that is left empty, then the bytes."""
    head = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(16)
    head += struct.pack('<HHHHH', 0x3e, 3, 0xfffe, 9, 6) + bytes(10)
    return head + bytes(512 - len(head)) + body + bytes(64)


def pdf(body):
    return b'%PDF-1.7\n' + body + b'\ntrailer << /Root 1 0 R >>\n%%EOF\n'


def rtf(body, head=b'{\\rtf1\\ansi '):
    return head + body + b'}'


def lnk(args, tail=b''):
    """Shell link header with the CLSID of links, then arguments as UTF-16."""
    clsid = bytes.fromhex('0114020000000000c000000000000046')
    head = struct.pack('<I', 0x4c) + clsid + struct.pack('<I', 0xa0) + bytes(52)
    text = args.encode('utf-16-le')
    return head + struct.pack('<H', len(args)) + text + tail


def wide(text):
    return text.encode('utf-16-le')


def filler(count, seed=1):
    """count bytes that look random and are the same on every run."""
    out = bytearray()
    state = seed
    while len(out) < count:
        state = (state * 6364136223846793005 + 1442695040888963407) & (2 ** 64 - 1)
        out.append(state >> 56)
    return bytes(out)


def letters(count, seed=1):
    """count characters of the base64 alphabet."""
    alphabet = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    return bytes(alphabet[b & 63] for b in filler(count, seed)).decode()
