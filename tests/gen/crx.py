#!/usr/bin/env python3
"""Chrome extensions for golden tests, signed with keys that sign nothing else.

    crx.py OUTDIR     writes every sample there, NAME.crx

What is wanted of each was compared with YARA-X (tests/diff/yarax.py).
"""
import hashlib
import importlib.util
import json
import os
import struct
import sys

# An RSA key of 1024 bits, and a point of P-256 with its secret: both made for this file.
P = 0xf163af48a3cb444998a07e18804fdca8bda26fab52195cefe04807cd9655a60ee47cd4658e3f463ba3a43269a1f9533dba7b06d14cd038fd3c471130668e1a41
Q = 0xe7c9bde0e4af00a98991a0532029287c18d0d896f3ecb0670093de579026cce6d4034a5cec788c5212a4ea107bdf10e8b4d089a463636df347f9fe417f970df1
N, E = P * Q, 65537
FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
BASE = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
        0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
SECRET, NONCE = 0x1234567890abcdef, 0xfedcba0987654321


def der(tag, body):
    n = len(body)
    size = bytes([n]) if n < 128 else (b'\x81' + bytes([n]) if n < 256 else
                                       b'\x82' + struct.pack('>H', n))
    return bytes([tag]) + size + body


def integer(v):
    return der(2, v.to_bytes(v.bit_length() // 8 + 1, 'big'))


def point(k, at=BASE):
    """k times a point of P-256 (SEC 1, 2.2.1): double and add."""
    total = None
    while k:
        if k & 1:
            total = add(total, at)
        at, k = add(at, at), k >> 1
    return total


def add(a, b):
    if a is None:
        return b
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, FIELD) if a == b else \
        (b[1] - a[1]) * pow(b[0] - a[0], -1, FIELD)
    x = (slope * slope - a[0] - b[0]) % FIELD
    return x, (slope * (a[0] - x) - a[1]) % FIELD


def rsa_key():
    oid = bytes.fromhex('06092a864886f70d010101') + b'\5\0'
    return der(0x30, der(0x30, oid) + der(3, b'\0' + der(0x30, integer(N) + integer(E))))


def rsa_sign(data, kind):
    """RFC 8017, 8.2.1."""
    prefix = {'sha1': '3021300906052b0e03021a05000414',
              'sha256': '3031300d060960864801650304020105000420'}[kind]
    info = bytes.fromhex(prefix) + hashlib.new(kind, data).digest()
    block = b'\0\1' + b'\xff' * (128 - 3 - len(info)) + b'\0' + info
    return pow(int.from_bytes(block, 'big'), pow(E, -1, (P - 1) * (Q - 1)), N).to_bytes(128, 'big')


def ec_key():
    x, y = point(SECRET)
    oids = bytes.fromhex('06072a8648ce3d020106082a8648ce3d030107')
    raw = b'\4' + x.to_bytes(32, 'big') + y.to_bytes(32, 'big')
    return der(0x30, der(0x30, oids) + der(3, b'\0' + raw))


def ec_sign(data):
    """SEC 1, 4.1.3, with a nonce that is no secret."""
    e = int.from_bytes(hashlib.sha256(data).digest(), 'big')
    r = point(NONCE)[0] % ORDER
    s = pow(NONCE, -1, ORDER) * (e + r * SECRET) % ORDER
    return der(0x30, integer(r) + integer(s))


def varint(v):
    out = b''
    while v > 127:
        out, v = out + bytes([v & 127 | 128]), v >> 7
    return out + bytes([v])


def field(number, body):
    return varint(number << 3 | 2) + varint(len(body)) + body


def zips():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'zip.py')
    spec = importlib.util.spec_from_file_location('gen_zip', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bundle(manifest, messages=None, method=8, lang='en', first=()):
    z = zips()
    entries = list(first)
    for name, data in (('manifest.json', manifest), (f'_locales/{lang}/messages.json', messages)):
        if data is not None:
            raw = data if isinstance(data, bytes) else json.dumps(data).encode()
            entries.append(z.Entry(name.encode(), raw, method))
    return z.archive(z.Entry(b'index.js', b'// nothing'), *entries)


def crx2(archive, key=None, signature=None):
    key = rsa_key() if key is None else key
    signature = rsa_sign(archive, 'sha1') if signature is None else signature
    return struct.pack('<4sIII', b'Cr24', 2, len(key), len(signature)) + key + signature + archive


def crx3(archive, proofs='re', crx_id=bytes(range(0x10, 0x20)), header=None, more=b'',
         signed=None, wrong=b''):
    """proofs: r for RSA, e for ECDSA, R and E for such of another text, k without signature."""
    inner = field(1, crx_id) if signed is None else signed
    text = b'CRX3 SignedData\0' + struct.pack('<I', len(inner)) + inner + archive + wrong
    out = b''
    for p in proofs:
        what = text + (b'!' if p.isupper() else b'')
        rsa = p.lower() != 'e'
        proof = field(1, rsa_key() if rsa else ec_key())
        if p != 'k':
            proof += field(2, rsa_sign(what, 'sha256') if rsa else ec_sign(what))
        out += field(2 if rsa else 3, proof)
    head = out + more + field(10000, inner) if header is None else header
    return struct.pack('<4sII', b'Cr24', 3, len(head)) + head + archive


MANIFEST = {'manifest_version': 3, 'name': 'Sample', 'version': '1.2.3',
            'description': 'does nothing', 'minimum_chrome_version': '88',
            'homepage_url': 'https://example.org/', 'permissions': ['tabs', 'storage', 'cookies'],
            'host_permissions': ['<all_urls>'], 'optional_permissions': ['history'],
            'optional_host_permissions': ['https://*/*'], 'background': {'service_worker': 'b.js'},
            'n': [1, -2.5e3, None, True, False, [], {}, {'a': [[]]}]}
NAMED = dict(MANIFEST, name='__MSG_appName__', description='__MSG_about__')
MESSAGES = {'appName': {'message': 'Told name', 'description': 'x'},
            'about': {'message': 'Told \u00e4bout', 'placeholders': {'a': {'content': '$1'}}}}


def make():
    plain = bundle(MANIFEST)
    swap = dict(MANIFEST)
    out = {
        'crx3': crx3(plain),
        'crx2': crx2(plain),
        'crx3-rsa-only': crx3(plain, 'r'),
        'crx3-no-proofs': crx3(plain, ''),
        'crx3-order': crx3(plain, 'ere'),
        'crx3-forged': crx3(plain, 'RrEe'),
        'crx3-key-without-signature': crx3(plain, 'kr'),
        'crx3-short-id': crx3(plain, crx_id=b'\1\xfe'),
        'crx3-no-id': crx3(plain, signed=b''),
        'crx3-two-ids': crx3(plain, signed=field(1, b'first') + field(1, b'second')),
        'crx3-no-signed-data': crx3(plain, header=field(2, field(1, b'k') + field(2, b's'))),
        'crx3-other-fields': crx3(plain, more=b'\x08\x96\x01\x11' + bytes(8) + b'\x1d' + bytes(4) +
                                  field(4, b'verified')),
        'crx3-group': crx3(plain, more=b'\x0b\x0c'),
        'crx3-field-zero': crx3(plain, more=b'\x02\x00'),
        'crx3-field-leaves': crx3(plain, header=b'\x12\x7f' + bytes(4)),
        'crx3-proof-broken': crx3(plain, more=field(2, b'\x0a\x7f')),
        'crx3-header-leaves-file': struct.pack('<4sII', b'Cr24', 3, 1 << 30) + plain,
        'crx3-keys-swapped': crx3(plain, '', more=field(2, field(1, ec_key()) + field(2, ec_sign(
            b''))) + field(3, field(1, rsa_key()) + field(2, rsa_sign(b'', 'sha256')))),
        'crx2-forged': crx2(plain, signature=rsa_sign(b'x', 'sha1')),
        'crx2-no-key': crx2(plain, key=b'', signature=b''),
        'crx2-ec-key': crx2(plain, key=ec_key()),
        'crx2-cut-in-key': crx2(plain)[:80],
        'crx4': b'Cr24\4\0\0\0' + crx3(plain)[8:],
        'no-archive': crx3(b'no archive at all, but some text of a length'),
        'manifest-missing': crx3(bundle(None)),
        'manifest-stored': crx3(bundle(MANIFEST, method=0)),
        'manifest-twice': crx3(bundle(MANIFEST, first=[zips().Entry(
            b'manifest.json', b'{"name":"first"}')])),
        'messages': crx3(bundle(NAMED, MESSAGES)),
        'messages-default': crx3(bundle(dict(NAMED, default_locale='de'), MESSAGES, lang='de')),
        'messages-missing': crx3(bundle(NAMED)),
        'messages-for-plain-name': crx3(bundle(MANIFEST, MESSAGES)),
        'messages-unknown-key': crx3(bundle(dict(NAMED, name='__MSG_other__'), MESSAGES)),
        'messages-other-case': crx3(bundle(dict(NAMED, name='__MSG_APPNAME__'), MESSAGES)),
        'messages-without-message': crx3(bundle(NAMED, dict(MESSAGES, x={'description': 'no'}))),
        'messages-broken': crx3(bundle(NAMED, b'{"appName": {"message": "x"}')),
        'messages-empty-key': crx3(bundle(dict(NAMED, name='__MSG___'), {'': {'message': 'e'}})),
        'messages-dotted': crx3(bundle(dict(NAMED, default_locale='./en'), MESSAGES)),
    }
    for name, changed in {
            'null': {'name': None, 'version': None}, 'number': {'version': 1.2},
            'permissions-object': {'permissions': ['tabs', {'usb': []}]},
            'permissions-null': {'permissions': None}, 'permissions-text': {'permissions': 'tabs'},
            'escapes': {'name': 'a"\\/\b\f\n\r\t\u00e4\u20ac\U0001f600\0'},
            'empty': {'name': '', 'permissions': []}}.items():
        out['manifest-' + name] = crx3(bundle(dict(swap, **changed)))
    raw = json.dumps(MANIFEST).encode()
    for name, text in {
            'key-twice': b'{"name":"a","name":"b"}', 'other-twice': b'{"n":1,"n":2,"name":"b"}',
            'bom': b'\xef\xbb\xbf' + raw, 'comment': b'// x\n' + raw, 'behind': raw + b' x',
            'blanks': b' \n\t\r' + raw + b'\n ', 'cut': raw[:-1], 'comma': raw[:-1] + b',}',
            'latin1': b'{"name":"caf\xe9"}', 'surrogate': b'{"name":"\\ud800"}',
            'pair': b'{"name":"\\ud83d\\ude00\\u00e4"}', 'control': b'{"name":"a\tb"}',
            'escape-wrong': b'{"name":"\\x41"}', 'list': b'[]', 'text': b'"x"', 'none': b'',
            'deep': b'{"name":"d","x":' + b'[' * 120 + b']' * 120 + b'}',
            'too-deep': b'{"name":"d","x":' + b'[' * 200 + b']' * 200 + b'}',
            'number-leading-zero': b'{"name":"z","x":01}', 'number-minus': b'{"name":"z","x":-}',
            'number-huge': b'{"name":"z","x":1e5}', 'word': b'{"name":"z","x":nul}',
            'key-escaped': b'{"na\\u006de":"k"}', 'latin1-skipped': b'{"name":"k","x":"\xe9"}',
    }.items():
        out['json-' + name] = crx3(bundle(text), 'e')
    return out


def main(outdir):
    os.makedirs(outdir, exist_ok=True)
    for name, data in make().items():
        with open(os.path.join(outdir, name + '.crx'), 'wb') as f:
            f.write(data)


if __name__ == '__main__':
    main(*sys.argv[1:])
