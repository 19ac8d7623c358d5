"""tlog.py - a log of C2SP's formats for tests, from the texts of the standards.

Slow and plain on purpose. Signatures are made by openssl(1), so the C code is compared
with another program: nothing here shares a line with it.
"""
import base64
import functools
import hashlib
import os
import subprocess
import tempfile

# DER around an Ed25519 seed (RFC 8410, section 7) and around a public key (section 4).
PRIVATE = bytes.fromhex('302e020100300506032b657004220420')
PUBLIC = bytes.fromhex('302a300506032b6570032100')


def temp(data):
    f = tempfile.NamedTemporaryFile(prefix='candor-tlog-')
    f.write(data)
    f.flush()
    return f


@functools.lru_cache
def public(seed):
    with temp(PRIVATE + seed) as key:
        return subprocess.run(['openssl', 'pkey', '-inform', 'DER', '-in', key.name, '-pubout',
                               '-outform', 'DER'], check=True, capture_output=True).stdout[-32:]


@functools.lru_cache(maxsize=None)
def sign(seed, message):
    with temp(PRIVATE + seed) as key, temp(message) as text:
        return subprocess.run(['openssl', 'pkeyutl', '-sign', '-rawin', '-keyform', 'DER', '-inkey',
                               key.name, '-in', text.name], check=True, capture_output=True).stdout


def holds(pub, message, signature):
    with temp(PUBLIC + pub) as key, temp(message) as text, temp(signature) as sig:
        return subprocess.run(['openssl', 'pkeyutl', '-verify', '-rawin', '-pubin', '-keyform',
                               'DER', '-inkey', key.name, '-in', text.name, '-sigfile', sig.name],
                              capture_output=True).returncode == 0


def key_id(name, alg, pub):
    return hashlib.sha256(name.encode() + b'\n' + bytes([alg]) + pub).digest()[:4]


def vkey(name, alg, seed):
    pub = public(seed)
    return f'{name}+{key_id(name, alg, pub).hex()}+{base64.b64encode(bytes([alg]) + pub).decode()}'


def signer(name, alg, seed):
    return 'PRIVATE+KEY+{}+{}+{}'.format(name, key_id(name, alg, public(seed)).hex(),
                                         base64.b64encode(bytes([alg]) + seed).decode())


def line(name, identity, signature):
    return b'\xe2\x80\x94 ' + name.encode() + b' ' + base64.b64encode(identity + signature) + b'\n'


def node(left, right):
    return hashlib.sha256(b'\x01' + left + right).digest()


def split(n):
    """The largest power of two below n (RFC 6962, 2.1)."""
    return 1 << (n - 1).bit_length() - 1


class Log:
    """Entries are entry.format(0), entry.format(1), and so on; any size can be shown."""

    def __init__(self, origin, seed, entry='candor entry {}'):
        self.origin, self.seed, self.entry = origin, seed, entry
        self.vkey = vkey(origin, 1, seed)
        self.known = {}

    def tree(self, first, end):
        """MTH(D[first:end])."""
        if (first, end) not in self.known:
            if first == end:
                h = hashlib.sha256(b'').digest()
            elif end - first == 1:
                h = hashlib.sha256(b'\0' + self.entry.format(first).encode()).digest()
            else:
                k = first + split(end - first)
                h = node(self.tree(first, k), self.tree(k, end))
            self.known[first, end] = h
        return self.known[first, end]

    def root(self, size):
        return self.tree(0, size)

    def growth(self, old, size):
        """PROOF(old, D[size]) of RFC 6962, 2.1.2."""
        def sub(m, first, end, whole):
            n = end - first
            if m == n:
                return [] if whole else [self.tree(first, end)]
            k = split(n)
            if m <= k:
                return sub(m, first, first + k, whole) + [self.tree(first + k, end)]
            return sub(m - k, first + k, end, False) + [self.tree(first, first + k)]
        return sub(old, 0, size, True) if 0 < old < size else []

    def text(self, size):
        return f'{self.origin}\n{size}\n{base64.b64encode(self.root(size)).decode()}\n'.encode()

    def note(self, size):
        text = self.text(size)
        return text + b'\n' + line(self.origin, key_id(self.origin, 1, public(self.seed)),
                                   sign(self.seed, text))

    def request(self, old, size, note=None):
        proof = ''.join(base64.b64encode(h).decode() + '\n' for h in self.growth(old, size))
        return f'old {old}\n{proof}\n'.encode() + (note or self.note(size))


def check_cosignature(body, key, text):
    """Is body a line by this witness over the text (tlog-cosignature, alg 4)?"""
    name, identity, pub = key.split('+', 2)
    pub = base64.b64decode(pub)
    if pub[0] != 4 or not body.endswith(b'\n') or not body.startswith(b'\xe2\x80\x94 ' + name.encode()):
        return False
    raw = base64.b64decode(body.split(b' ')[2])
    if raw[:4].hex() != identity:
        return False
    when = int.from_bytes(raw[4:12], 'big')
    return when > 0 and holds(pub[1:], f'cosignature/v1\ntime {when}\n'.encode() + text, raw[12:])
