"""Files made from a rule pack's own strings, so that many of its rules match something.

Real files hardly ever match rules for malware: agreement about nothing proves little. For each rule
three files are written: its strings behind a fitting header; the same with each string damaged in
its last byte; and the strings in reverse order without the header, behind bytes of a length of
the rule's own (so that matches begin at every place of a vector). The reader of rules below is
rough on purpose: what it cannot read it leaves out, and the oracle decides what matches.
"""
import hashlib
import os
import re
import shutil

try:
    from re import _parser as sre
except ImportError:                     # before Python 3.11
    import sre_parse as sre

RULE = re.compile(rb'^[ \t]*(?:(?:private|global)[ \t]+)*rule[ \t]+(\w+)', re.M)
STRING = re.compile(rb'''^[ \t]*\$\w*\s*=\s*(?:
    "(?P<text>(?:[^"\\\n]|\\.)*)"(?P<mods>[^\n]*) |
    \{(?P<hex>[^}]*)\} |
    /(?P<re>(?:[^/\\\n]|\\.)+)/(?P<flags>[is]*)(?P<remods>[^\n]*))''', re.M | re.X)
ESCAPE = re.compile(rb'\\(x[0-9a-fA-F]{2}|.)', re.S)
SIMPLE = {b'n': b'\n', b't': b'\t', b'r': b'\r'}
LIMIT = 60000       # bytes in one file


def tiny_pe():
    """Headers of a PE32 file with one empty section: enough for the magic checks of rules."""
    dos = b'MZ' + b'\x90\0\3\0\0\0\4\0\0\0\xff\xff' + bytes(46) + (0x80).to_bytes(4, 'little')
    dos += bytes(0x80 - len(dos))
    coff = b'PE\0\0' + b'\x4c\x01\x01\x00' + bytes(12) + b'\xe0\x00\x02\x01'
    optional = b'\x0b\x01\x0e\x00' + bytes(12) + (0x1000).to_bytes(4, 'little') + bytes(8)
    optional += (0x400000).to_bytes(4, 'little') + (0x1000).to_bytes(4, 'little')
    optional += (0x200).to_bytes(4, 'little') + bytes(16) + (0x3000).to_bytes(4, 'little')
    optional += (0x200).to_bytes(4, 'little') + bytes(4) + b'\x02\0\0\0' + bytes(20)
    optional += (16).to_bytes(4, 'little') + bytes(128)
    section = b'.text\0\0\0' + (0x1000).to_bytes(4, 'little') * 2 + (0x200).to_bytes(4, 'little')
    section += (0x200).to_bytes(4, 'little') + bytes(12) + b'\x20\0\0\x60'
    head = dos + coff + optional + section
    return head + bytes(0x200 - len(head))


HEADS = (
    (re.compile(rb'5a4d', re.I), tiny_pe()),
    (re.compile(rb'464c457f|457f', re.I), b'\x7fELF\2\1\1' + bytes(9) + b'\2\0\x3e\0\1\0\0\0' + bytes(40)),
    (re.compile(rb'04034b50|4b50', re.I), b'PK\3\4\x14\0\0\0\0\0' + bytes(20)),
    (re.compile(rb'e011cfd0|cfd0', re.I), b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(504)),
    (re.compile(rb'46445025|25504446', re.I), b'%PDF-1.4\n'),
    (re.compile(rb'74725c7b|7b5c', re.I), b'{\\rtf1\\ansi '),
    (re.compile(rb'feedface|cefaedfe', re.I), b'\xce\xfa\xed\xfe' + bytes(24)),
    (re.compile(rb'feedfacf|cffaedfe', re.I), b'\xcf\xfa\xed\xfe' + bytes(28)),
)


def unescape(text):
    def one(m):
        c = m.group(1)
        return bytes([int(c[1:], 16)]) if len(c) == 3 else SIMPLE.get(c, c)
    return ESCAPE.sub(one, text)


def from_hex(text, salt):
    """Bytes for a hex string: wildcards take a byte from the rule's own salt, alternatives the
    first branch, jumps their lower bound."""
    text = re.sub(rb'//[^\n]*|/\*.*?\*/', b'', text, flags=re.S)
    while b'(' in text:
        flat = re.sub(rb'\(([^()|]*)[^()]*\)', rb' \1 ', text)
        if flat == text:
            return b''
        text = flat
    out = bytearray()
    for token in re.findall(rb'\[[^\]]*\]|~?[0-9a-fA-F?]{2}', text):
        if token[:1] == b'[':
            low = re.match(rb'\[\s*(\d*)', token).group(1)
            out += salt[:1] * min(int(low or 0), 2000)
        elif token[:1] != b'~':
            pair = token.replace(b'?', b'%x' % (salt[len(out) % len(salt)] & 15))
            out.append(int(pair, 16))
    return bytes(out)


def from_tree(tree, salt, depth=0):
    out = bytearray()
    for op, arg in tree:
        name = str(op)
        if name == 'LITERAL':
            out.append(arg & 255)
        elif name == 'NOT_LITERAL':
            out.append(120 if arg != 120 else 121)
        elif name == 'ANY':
            out.append(120)
        elif name == 'IN':
            out += from_set(arg)
        elif name in ('MAX_REPEAT', 'MIN_REPEAT'):
            low, _, sub = arg
            count = min(low + (salt[depth % len(salt)] & 1 if low == 0 else 0), 300)
            out += from_tree(sub, salt, depth + 1) * count
        elif name == 'SUBPATTERN':
            out += from_tree(arg[-1], salt, depth + 1)
        elif name == 'BRANCH':
            out += from_tree(arg[1][salt[depth % len(salt)] % len(arg[1])], salt, depth + 1)
    return bytes(out)


def from_set(items):
    sets = {'CATEGORY_DIGIT': b'7', 'CATEGORY_WORD': b'w', 'CATEGORY_SPACE': b' ',
            'CATEGORY_NOT_DIGIT': b'x', 'CATEGORY_NOT_WORD': b'-', 'CATEGORY_NOT_SPACE': b'x'}
    if str(items[0][0]) == 'NEGATE':
        banned = {a for op, a in items[1:] if str(op) == 'LITERAL'}
        ranges = [a for op, a in items[1:] if str(op) == 'RANGE']
        for c in b'~x9 _Q\x01\xfe':
            if c not in banned and not any(a <= c <= b for a, b in ranges):
                return bytes([c])
        return b'~'
    op, arg = items[0]
    if str(op) == 'LITERAL':
        return bytes([arg & 255])
    if str(op) == 'RANGE':
        return bytes([arg[0] & 255])
    return sets.get(str(arg), b'x')


def from_regex(text, salt):
    try:
        return from_tree(sre.parse(text.decode('latin-1')), salt)
    except Exception:                   # not Python's dialect: left out
        return b''


def widen(text):
    return b''.join(bytes([c, 0]) for c in text)


def strings_of(body, salt):
    out = []
    for m in STRING.finditer(body):
        mods = (m['mods'] or m['remods'] or b'').split(b'//')[0]
        if m['text'] is not None:
            value = unescape(m['text'])
        elif m['hex'] is not None:
            value, mods = from_hex(m['hex'], salt), b''
        else:
            value = from_regex(m['re'], salt)
        if b'xor' in mods:
            value = bytes(c ^ 0x5a for c in value)
        if b'wide' in mods and (b'ascii' not in mods or salt[0] & 1):
            value = widen(value)
        if value:
            out.append(value)
    return out


def rule_texts(text):
    starts = [m.start() for m in RULE.finditer(text)] + [len(text)]
    for a, b in zip(starts, starts[1:]):
        yield text[a:b]


def files_of(rule):
    salt = hashlib.sha256(rule).digest()
    body, _, condition = rule.rpartition(b'condition:')
    values = strings_of(body, salt)
    head = next((h for r, h in HEADS if r.search(condition)), b'')
    yield (head + b'\n \0'.join(values) + b'\n')[:LIMIT]
    if values:
        damaged = [v[:-1] + bytes([v[-1] ^ 0x21]) for v in values]
        yield (head + b'\n \0'.join(damaged) + b'\n')[:LIMIT]
        filler = (salt * 8)[:salt[1] + 1]
        yield (filler + b'\0\0'.join(reversed(values)))[:LIMIT]


def write(rules, folder):
    """The paths of the files for a pack, written once for each content of the pack."""
    with open(rules, 'rb') as f, open(__file__, 'rb') as me:
        text = f.read()
        stamp = hashlib.sha256(text + me.read()).hexdigest()
    mark = os.path.join(folder, 'stamp')
    old = open(mark, encoding='ascii').read() if os.path.exists(mark) else ''
    if old != stamp:
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder, exist_ok=True)
    paths = []
    for i, rule in enumerate(rule_texts(text)):
        if old == stamp:
            paths += [os.path.join(folder, f'{i:05}-{k}') for k in range(3)]
            continue
        for k, data in enumerate(files_of(rule)):
            paths.append(os.path.join(folder, f'{i:05}-{k}'))
            with open(paths[-1], 'wb') as f:
                f.write(data)
    with open(mark, 'w', encoding='ascii') as f:
        f.write(stamp)
    return [p for p in paths if os.path.exists(p)]
