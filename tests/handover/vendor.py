"""vendor.py - a vendor with a small product, for tests of the handover bundle.

A source tree, a recipe, what it makes, a dpkg database of three packages and a key that
never changes: so the same bundle comes out of every run. tar(), here, writes archives byte
by byte, also such as no tar would, from the description of the form in docs/release.md.
"""
import base64
import hashlib
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'log'))
import tlog  # noqa: E402

# The key of the seed 07 x 32, as candor trust key writes such.
SEED = bytes([7] * 32)
STATUS = '''Package: base
Status: install ok installed
Essential: yes
Architecture: amd64
Version: 1:2.3-4+b1

Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.21.22
Depends: base

Package: compiler
Status: install ok installed
Architecture: amd64
Version: 12.2.0-14
Depends: linker (>= 2) | other-linker, base
Provides: c-compiler

Package: linker
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: gold
Status: install ok installed
Architecture: all
Version: 2.40
Provides: linker

Package: unrelated
Status: install ok installed
Architecture: amd64
Version: 9
'''


class Vendor:
    """Everything in the folder where."""

    def __init__(self, candor, where):
        self.candor, self.where = candor, pathlib.Path(where)
        self.where.mkdir(parents=True, exist_ok=True)
        self.src = self.where / 'src'
        self.put('src/main.c', 'int main(void) { return 0; }\n')
        self.put('src/doc/readme', 'Say make.\n')
        self.put('src/tools/run.sh', '#!/bin/sh\nexec true\n', 0o755)
        self.put('src/odd \\ name', 'a backslash\n')
        (self.src / 'empty/inner').mkdir(parents=True)
        (self.src / 'link').symlink_to('tools/run.sh')
        (self.src / 'doc/up').symlink_to('../main.c')
        self.recipe = self.put('build.sh', 'cp "$SOURCE/main.c" "$OUT/hello"\n')
        self.artefact = self.put('hello', 'int main(void) { return 0; }\n')
        self.put('dpkg/status', STATUS)
        self.key = self.where / 'vendor.key'
        if not self.key.exists():
            self.vkey = self.run('trust', 'key', self.key, '--name', 'vendor.example/hello')[1].strip()

    def put(self, name, data, mode=0o644):
        f = self.where / name
        f.parent.mkdir(parents=True, exist_ok=True)
        f.write_bytes(data if isinstance(data, bytes) else data.encode())
        f.chmod(mode)
        return f

    def run(self, *args, **more):
        """(exit code, stdout, stderr)"""
        env = {**os.environ, 'LC_ALL': 'C.UTF-8', **more.pop('env', {})}
        r = subprocess.run([self.candor, *map(str, args)], capture_output=True, text=True,
                           timeout=300, env=env, errors='surrogateescape', **more)
        return r.returncode, r.stdout, r.stderr

    def create(self, *more, out=None, source=None, **env):
        """A bundle; gives what run gives. The file is self.out."""
        self.out = pathlib.Path(out or self.where / 'hello.handover')
        return self.run('handover', 'create', source or self.src, '-o', self.out, '--product', 'hello',
                        '--version', '1.0', '--recipe', self.recipe, '--artefact', self.artefact,
                        '--key', self.key, '--dpkg', self.where / 'dpkg', '--build-depends',
                        'c-compiler, gold', *(() if '--commit' in more else ('--date', '2026-11-29')),
                        *more, **env)

    def verify(self, bundle=None, *more):
        return self.run('handover', 'verify', bundle or self.out, '--key', self.vkey, *more)


def header(name, size=0, mode=0o644, kind=b'0', mtime=1795910400, link=b'', uid=0, prefix=b''):
    """A header block of POSIX ustar."""
    def field(v, n):
        return v[:n].ljust(n, b'\0')

    def octal(v, n):
        return f'{v:0{n - 1}o}'.encode() + b'\0'
    h = (field(name, 100) + octal(mode, 8) + octal(uid, 8) + octal(0, 8) + octal(size, 12) +
         octal(mtime, 12) + b' ' * 8 + kind + field(link, 100) + b'ustar\00000' + field(b'', 64) +
         octal(0, 8) * 2 + field(prefix, 155) + bytes(12))
    return h[:148] + f'{sum(h):06o}\0 '.encode() + h[156:]


def member(name, data=b'', **more):
    if isinstance(name, str):
        name = name.encode()
    return header(name, len(data), **more) + data + bytes(-len(data) % 512)


def parts(bundle):
    """[(name, exec, data)] of a canonical archive without pax headers."""
    data, out, at = pathlib.Path(bundle).read_bytes(), [], 0
    while data[at:at + 512].strip(b'\0'):
        h = data[at:at + 512]
        name = h[:100].rstrip(b'\0')
        prefix = h[345:500].rstrip(b'\0')
        size = int(h[124:135], 8)
        out.append(((prefix + b'/' + name if prefix else name).decode(), h[100:107] == b'0000755',
                    data[at + 512:at + 512 + size]))
        at += 512 + (size + 511) // 512 * 512
    return out


def tar(members, mtime=1795910400):
    """The canonical archive of [(name, exec, data)], in the order given."""
    return b''.join(member(n, d, mode=0o755 if x else 0o644, mtime=mtime) for n, x, d in members) + bytes(1024)


SEALS = {'MANIFEST', 'MANIFEST.note', 'MANIFEST.sig', 'provenance.dsse'}


def order(name):
    """A key that sorts names as members are: '/' before everything else."""
    return [0 if c == 0x2f else c + 1 for c in name.encode()]


def manifest(members):
    """As sha256sum writes it: a name with a backslash is escaped."""
    return ''.join('\\' * ('\\' in n) + f'{hashlib.sha256(d).hexdigest()}  ' + n.replace('\\', '\\\\') + '\n'
                   for n, _, d in members if n not in SEALS).encode()


# --- a vendor who signs what he likes ---------------------------------------------------------

def ssh_string(b):
    return len(b).to_bytes(4, 'big') + b


def sshsig(pub, sign, text):
    """PROTOCOL.sshsig, by hand; sign: bytes to signature."""
    key = ssh_string(b'ssh-ed25519') + ssh_string(pub)
    what = (ssh_string(b'candor-handover') + ssh_string(b'') + ssh_string(b'sha512'))
    sig = sign(b'SSHSIG' + what + ssh_string(hashlib.sha512(text).digest()))
    blob = (b'SSHSIG' + (1).to_bytes(4, 'big') + ssh_string(key) + what +
            ssh_string(ssh_string(b'ssh-ed25519') + ssh_string(sig)))
    b64 = base64.b64encode(blob).decode()
    lines = [b64[i:i + 70] for i in range(0, len(b64), 70)]
    return '\n'.join(['-----BEGIN SSH SIGNATURE-----', *lines, '-----END SSH SIGNATURE-----', '']).encode()


def seal(members, name='hostile.example/x', seed=SEED):
    """The members, and everything that is signed, made anew: (members, verifier key)."""
    pub = tlog.public(seed)

    def sign(b):
        return tlog.sign(seed, b)
    members = [m for m in members if m[0] not in SEALS]
    members.sort(key=lambda m: order(m[0]))
    text = manifest(members)
    digest = hashlib.sha256(text).hexdigest()
    about = next(d for n, _, d in members if n == 'about')
    note = about + f'manifest {digest} {len(text)}\n'.encode()
    key_id = tlog.key_id(name, 1, pub)
    subjects = [{'name': 'MANIFEST', 'digest': {'sha256': digest}}]
    subjects += [{'name': n[10:], 'digest': {'sha256': hashlib.sha256(d).hexdigest()}}
                 for n, _, d in members if n.startswith('artefacts/')]
    payload = json.dumps({'_type': 'https://in-toto.io/Statement/v1', 'subject': subjects,
                          'predicateType': 'https://slsa.dev/provenance/v1', 'predicate': {}},
                         separators=(',', ':')).encode()
    kind = 'application/vnd.in-toto+json'
    sig = sign(b'DSSEv1 %d %s %d %s' % (len(kind), kind.encode(), len(payload), payload))
    envelope = json.dumps({'payload': base64.b64encode(payload).decode(), 'payloadType': kind,
                           'signatures': [{'keyid': f'{name}+{key_id.hex()}', 'sig': base64.b64encode(sig).decode()}]},
                          separators=(',', ':')).encode() + b'\n'
    members += [('MANIFEST', False, text), ('MANIFEST.note', False, note + b'\n' + tlog.line(name, key_id, sign(note))),
                ('MANIFEST.sig', False, sshsig(pub, sign, text)), ('provenance.dsse', False, envelope)]
    return sorted(members, key=lambda m: order(m[0])), tlog.vkey(name, 1, seed)


def vendor_key(name='hostile.example/x', seed=SEED):
    """The verifier key of what seal signs."""
    return tlog.vkey(name, 1, seed)
