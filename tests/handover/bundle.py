#!/usr/bin/env python3
"""bundle.py CANDOR - candor handover create, verify, open and show, from outside.

Prints TAP. What comes out is looked at with the tools that an examiner has: tar, sha256sum,
ssh-keygen, openssl; nothing of candor's code judges what candor wrote, but where that is
what is tested.
"""
import base64
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done, skip  # noqa: E402
from vendor import SEALS, Vendor, order, parts, tar, tlog

candor = str(pathlib.Path(sys.argv[1]).resolve())
work = pathlib.Path(tempfile.mkdtemp(prefix='candor-handover-'))


def sh(*args, **more):
    return subprocess.run(list(map(str, args)), capture_output=True, timeout=300, **more)


v = Vendor(candor, work / 'vendor')
code, said, err = v.create()
check(code == 0, 'a bundle is made', err)
first = v.out.read_bytes()
inside = {n: d for n, _, d in parts(v.out)}

# --- the tools that everybody has ---------------------------------------------------------

names = sh('tar', 'tf', v.out).stdout.decode().splitlines()
check(names[0] == 'MANIFEST' and 'source/main.c' in names and 'artefacts/hello' in names,
      'tar lists it, MANIFEST first', names)
plain = work / 'plain'
plain.mkdir()
check(sh('tar', 'xf', v.out, '-C', plain).returncode == 0, 'tar unpacks it')
r = sh('sha256sum', '-c', '--strict', 'MANIFEST', cwd=plain)
check(r.returncode == 0 and b'odd' in r.stdout, 'sha256sum -c passes, also for a name with a backslash', r)
check({l.split(b'  ', 1)[1].replace(b'\\\\', b'\\').decode() for l in inside['MANIFEST'].splitlines()} ==
      set(inside) - SEALS, 'MANIFEST lists everything but what speaks of it')
check(os.access(plain / 'source/tools/run.sh', os.X_OK) and not os.access(plain / 'source/main.c', os.X_OK),
      'executable files are, others are not')
check(inside['source.folders'] == b'empty/inner\n' and
      inside['source.links'] == b'doc/up\t../main.c\nlink\ttools/run.sh\n', 'empty folders and links are listed',
      (inside['source.folders'], inside['source.links']))

signer = next(l for l in said.splitlines() if l.startswith('for ssh')).split(None, 2)[2]
(work / 'signers').write_text(signer + '\n')


def ssh(text, sig=plain / 'MANIFEST.sig', namespace='candor-handover'):
    return sh('ssh-keygen', '-Y', 'verify', '-f', work / 'signers', '-I', 'vendor.example/hello', '-n',
              namespace, '-s', sig, input=text).returncode


check(ssh(inside['MANIFEST']) == 0, 'ssh-keygen -Y verify accepts it')
check(ssh(inside['MANIFEST'] + b' ') != 0, 'ssh-keygen refuses another MANIFEST')
check(ssh(inside['MANIFEST'], namespace='git') != 0, 'ssh-keygen refuses it for another purpose')

public = base64.b64decode(v.vkey.split('+', 2)[2])[1:]
(work / 'public.der').write_bytes(bytes.fromhex('302a300506032b6570032100') + public)


def openssl(message, signature):
    (work / 'message').write_bytes(message)
    (work / 'signature').write_bytes(signature)
    return sh('openssl', 'pkeyutl', '-verify', '-rawin', '-pubin', '-keyform', 'DER', '-inkey', work / 'public.der',
              '-in', work / 'message', '-sigfile', work / 'signature').returncode == 0


text, _, sigs = inside['MANIFEST.note'].partition(b'\n\n')
check(openssl(text + b'\n', base64.b64decode(sigs.split()[2])[4:]), 'openssl accepts the note')
check(f'manifest {hashlib.sha256(inside["MANIFEST"]).hexdigest()} {len(inside["MANIFEST"])}' in text.decode() and
      inside['about'] in text + b'\n', 'the note tells of MANIFEST and of what is in about')

envelope = json.loads(inside['provenance.dsse'])
payload = base64.b64decode(envelope['payload'])
pae = b'DSSEv1 %d %s %d %s' % (len(envelope['payloadType']), envelope['payloadType'].encode(), len(payload), payload)
check(openssl(pae, base64.b64decode(envelope['signatures'][0]['sig'])), 'openssl accepts the provenance')
statement = json.loads(payload)
check(statement['subject'][0] == {'name': 'MANIFEST', 'digest': {'sha256': hashlib.sha256(inside['MANIFEST']).hexdigest()}} and
      statement['subject'][1] == {'name': 'hello', 'digest': {'sha256': hashlib.sha256(inside['artefacts/hello']).hexdigest()}} and
      statement['predicateType'] == 'https://slsa.dev/provenance/v1', 'its subjects are MANIFEST and the artefacts')
check([d['uri'] for d in statement['predicate']['buildDefinition']['resolvedDependencies'][1:]] ==
      ['pkg:deb/debian/base@1:2.3-4%2Bb1?arch=amd64', 'pkg:deb/debian/compiler@12.2.0-14?arch=amd64',
       'pkg:deb/debian/gold@2.40?arch=all'], 'and the toolchain is what it was built with')
check(inside['recipe/packages'] == b'base 1:2.3-4+b1 amd64 -\ncompiler 12.2.0-14 amd64 -\ngold 2.40 all -\n',
      'the closure of the toolchain, through alternatives and virtual packages', inside['recipe/packages'])
check(b'Installed-Build-Depends:\n base (= 1:2.3-4+b1),\n compiler (= 12.2.0-14),\n gold (= 2.40)\n' in
      inside['recipe/buildinfo'], 'buildinfo has it, too', inside['recipe/buildinfo'])

# SPDX 2.3 as JSON: what its schema asks for, what it allows, and that ids lead somewhere.
SPDX = {
    '': ({'SPDXID', 'creationInfo', 'dataLicense', 'name', 'spdxVersion', 'documentNamespace', 'packages', 'files',
          'relationships'}, set()),
    'packages': ({'SPDXID', 'downloadLocation', 'name'}, {'versionInfo', 'filesAnalyzed', 'licenseConcluded',
                                                         'licenseDeclared', 'copyrightText', 'checksums', 'externalRefs'}),
    'files': ({'SPDXID', 'checksums', 'fileName'}, {'licenseConcluded', 'copyrightText'}),
    'relationships': ({'spdxElementId', 'relationshipType', 'relatedSpdxElement'}, set()),
}
sbom = json.loads(inside['sbom.spdx.json'])
wrong = [(part, o) for part, (must, may) in SPDX.items() for o in (sbom[part] if part else [sbom])
         if not must <= set(o) <= must | may]
ids = [o['SPDXID'] for o in [sbom, *sbom['packages'], *sbom['files']]]
check(not wrong and len(ids) == len(set(ids)) and all(set(i) <= set(
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-') and i.startswith('SPDXRef-') for i in ids) and
    all({r['spdxElementId'], r['relatedSpdxElement']} <= set(ids) for r in sbom['relationships']),
    'the SBOM has what SPDX 2.3 asks for', wrong)
check(sbom['files'][0]['fileName'] == './artefacts/hello' and {c['algorithm']: c['checksumValue'] for c in
      sbom['files'][0]['checksums']} == {'SHA1': hashlib.sha1(inside['artefacts/hello']).hexdigest(),
                                         'SHA256': hashlib.sha256(inside['artefacts/hello']).hexdigest()} and
      {r['relationshipType'] for r in sbom['relationships']} == {'DESCRIBES', 'GENERATES', 'BUILD_TOOL_OF'} and
      'gcc' not in ids and len(sbom['packages']) == 4, 'and the artefacts with their digests')
slsa = statement['predicate']
check(slsa['buildDefinition']['buildType'].startswith('urn:') and slsa['runDetails']['builder']['id'] ==
      'urn:candor:key:vendor.example/hello' and slsa['buildDefinition']['externalParameters']['recipe']['digest']['sha256'] ==
      hashlib.sha256(inside['recipe/build.sh']).hexdigest(), 'the provenance has what SLSA v1 asks for', slsa)

# --- verify ---------------------------------------------------------------------------------

code, out, err = v.verify()
check(code == 0 and 'you trust this key' in out, 'verify accepts it', (code, out, err))
code, out, err = v.run('handover', 'verify', v.out)
check(code == 12 and v.vkey in out, 'without a key it is not good, and the key is shown', (code, err))
code, out, err = v.run('handover', 'verify', v.out, '--key', v.vkey, '--json')
check(code == 0 and json.loads(out)['good'] is True, 'verify --json', out)
other = v.run('trust', 'key', work / 'other.key', '--name', 'vendor.example/hello')[1].strip()
check(v.run('handover', 'verify', v.out, '--key', other)[0] == 12, 'another key of the same name is not enough')
(work / 'keys').write_text(f'# vendors\n{other}\n{v.vkey}\n')
check(v.run('handover', 'verify', v.out, '--key', work / 'keys')[0] == 0, 'keys may stand in a file')
code, out, err = v.run('handover', 'show', v.out)
check(code == 0 and hashlib.sha256(inside['MANIFEST']).hexdigest() in out and 'artefacts/hello' in out, 'show', err)
code, out, _ = v.run('handover', 'show', v.out, '--json')
check(code == 0 and [m['name'] for m in json.loads(out)['members']] == names_sorted
      if (names_sorted := sorted(inside, key=order)) else False, 'show --json has every member, in order')

# --- every byte counts ------------------------------------------------------------------------

random.seed(7)
silent = []
places = sorted(set(random.sample(range(len(first)), 350)) | {0, 1023, len(first) - 1, len(first) - 1024})
for at in places:
    changed = bytearray(first)
    changed[at] ^= 1 << random.randrange(8)
    (work / 'changed').write_bytes(changed)
    code, out, err = v.verify(work / 'changed')
    if code < 10 or not err.startswith('candor: ') or out:
        silent.append((at, code, out, err))
check(not silent, f'one bit changed at {len(places)} places: each refused with a sentence and a code', silent[:3])
for cut in (0, 1, 511, 512, len(first) // 2, len(first) - 1024, len(first) - 1):
    (work / 'changed').write_bytes(first[:cut])
    code, _, err = v.verify(work / 'changed')
    check(code == 70, f'cut to {cut} bytes', (code, err))
(work / 'changed').write_bytes(first + b'\0')
check(v.verify(work / 'changed')[0] == 102, 'a byte more')


def again(change, name, want, signed=True):
    """What a hostile vendor could write, who signs whatever he likes: code and sentence."""
    members = change(parts(v.out))
    (work / 'changed').write_bytes(tar(sorted(members, key=lambda m: order(m[0]))))
    code, out, err = v.verify(work / 'changed')
    check(code == want and err.startswith('candor: '), name, (code, err))


def swap(name, to):
    return lambda ms: [(n, x, to(d) if n == name else d) for n, x, d in ms]


(work / 'changed').write_bytes(tar(parts(v.out)))
check((work / 'changed').read_bytes() == first, 'the test writes the same archive')
again(lambda ms: [m for m in ms if m[0] != 'source/main.c'], 'a file that is missing', 73)
again(lambda ms: ms + [('source/more.c', False, b'x')], 'a file that is not listed', 74)
again(swap('source/main.c', lambda d: d.replace(b'0', b'1')), 'a file that is another', 75)
again(lambda ms: ms + [('virus', False, b'x')], 'a member without a place', 71)
again(lambda ms: [(n, not x if n == 'source/main.c' else x, d) for n, x, d in ms], 'a file made executable', 76)
again(lambda ms: [m for m in ms if m[0] != 'MANIFEST.sig'], 'no SSH signature', 73)
again(swap('MANIFEST.sig', lambda d: d.replace(b'SSH SIG', b'SSH SIK')), 'no such signature', 78)
again(swap('MANIFEST.sig', lambda d: d + b'\n'), 'a signature with another newline', 78)
again(swap('MANIFEST', lambda d: d.replace(b'  about', b' *about')), 'MANIFEST in another form', 72)
again(swap('MANIFEST', lambda d: d + d.splitlines(True)[-1]), 'MANIFEST with a line twice', 72)
again(swap('provenance.dsse', lambda d: d.replace(b'":"', b'": "', 1)), 'provenance with a blank more', 79)
again(swap('provenance.dsse', lambda d: d.replace(b'keyid":"v', b'keyid":"w', 1)), 'provenance of another key', 79)
again(swap('MANIFEST.note', lambda d: d + d.splitlines(True)[-1]), 'a note signed twice', 77)

# --- the same input, the same bytes ---------------------------------------------------------

twin = work / 'elsewhere'
sh('cp', '-r', v.where, twin)
shutil.rmtree(twin / 'src')
for f in sorted(v.src.rglob('*'), reverse=True):  # made in another order
    to = twin / 'src' / f.relative_to(v.src)
    to.parent.mkdir(parents=True, exist_ok=True)
    if f.is_symlink():
        to.symlink_to(os.readlink(f))
    elif f.is_dir():
        to.mkdir(exist_ok=True)
    else:
        shutil.copyfile(f, to)
        to.chmod(0o700 if f.stat().st_mode & 0o100 else 0o600)
        os.utime(to, (1, 1))
w = Vendor.__new__(Vendor)
w.candor, w.where, w.src, w.key, w.vkey = candor, twin, twin / 'src', twin / 'vendor.key', v.vkey
w.recipe, w.artefact = twin / 'build.sh', twin / 'hello'
(twin / 'hello.handover').unlink()
code, _, err = w.create(env={'TZ': 'Asia/Tokyo', 'LC_ALL': 'tr_TR.UTF-8', 'LANG': 'de_DE', 'USER': 'else', 'HOME': '/'},
                        cwd='/', umask=0o077)
check(code == 0 and w.out.read_bytes() == first,
      'another folder, order, umask, time zone, locale and mtime: the same bytes', err)
code, _, err = v.run('handover', 'create', 'src', '-o', 'rel.handover', '--product', 'hello', '--version', '1.0',
                     '--recipe', 'build.sh', '--artefact', 'hello', '--key', 'vendor.key', '--dpkg', 'dpkg',
                     '--build-depends', 'c-compiler, gold', cwd=v.where, env={'SOURCE_DATE_EPOCH': '1795910400'})
check(code == 0 and (v.where / 'rel.handover').read_bytes() == first,
      'relative names and SOURCE_DATE_EPOCH: the same bytes', err)
if os.geteuid() == 0:
    for f in [twin, *twin.rglob('*')]:
        os.chown(f, 65534, 65534, follow_symlinks=False)
    w.out.unlink()
    work.chmod(0o755)
    code, _, err = w.create(user=65534, group=65534)
    check(code == 0 and w.out.read_bytes() == first, 'another user: the same bytes', err)

# --- what is refused, and what is left out ---------------------------------------------------

KEY = '-----BEGIN {}PRIVATE KEY-----\n' + 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n' * 3
secrets = {
    'a.pem': KEY.format('RSA '), 'b.c': 'char k[] = "' + KEY.format('').replace('\n', '\\n') + '";\n',
    '.netrc': 'machine x login y password z\n', 'id_ed25519': 'hidden\n', 'store.p12': 'x',
    'note.key': f'PRIVATE+KEY+some.example+0123abcd+{base64.b64encode(bytes(33)).decode()}\n',
    'aws': 'key = AKIA' + 'ABCDEFGHIJ234567\n', 'github': 'token: ghp_' + 'a1B2' * 9 + '\n',
    'config': '[remote]\nurl = https://me:0123456789abcdef01234@host.example/x.git\n',
    'app.yml': 'db: postgres:/' '/app:Tr0ub4dor@db.internal/x\n',
    '.env': 'DB_PASSWORD=Tr0ub4dor\n',
    'shadow': 'root:' '$6$saltsalt$Ab1.cD2/eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ:19000:0:99999:7:::\n',
    'wide.txt': ('url = https:/' '/me:0123456789abcdef01234@host.example/x.git\r\n').encode('utf-16'),
    'key.der': bytes.fromhex('30820142020100300d06092a864886f70d0101010500') + bytes(300),
}
for name, data in secrets.items():
    f = v.put('src/' + name, data)
    out = work / 'secret.handover'
    code, _, err = v.create(out=out)
    check(code == 83 and name in err and not out.exists(), f'refused: {name}', (code, err))
    f.unlink()
for name, data in {'words': '-----BEGIN RSA PRIVATE KEY-----\nis how it begins\n', 'b64': 'xxAKIAABCDEFGHIJ234567',
                   'url': 'https://example.org/a:b@c', 'docs': 'https://user:password@host',
                   '.env.example': 'DB_PASSWORD=changeme\nAPI_KEY=${API_KEY}\nA_SECRET=\n'}.items():
    f = v.put('src/' + name, data)
    code, _, err = v.create(out=work / 'fine.handover')
    check(code == 0, f'no secret: {name}', err)
    (work / 'fine.handover').unlink(missing_ok=True)
    f.unlink()
big = v.put('src/big', b'x' * 65500 + KEY.format('EC ').encode() + b'y' * 100000)
code, _, err = v.create(out=work / 'secret.handover')
check(code == 83 and 'byte 65500' in err, 'a secret across the edge of a buffer', err)
code, _, err = v.create('--allow-secret', 'big', out=work / 'allowed.handover')
check(code == 0 and v.verify(work / 'allowed.handover')[0] == 0, 'allowed by name', err)
code, _, err = v.create('--leave-out', 'b?g', out=work / 'left.handover')
left = {n: d for n, _, d in parts(work / 'left.handover')}
check(code == 0 and left['left-out'] == b'big\tthe vendor leaves it out (b?g)\n' and 'source/big' not in left,
      'left out by pattern, and listed', left['left-out'])
check('warning' not in err, 'a pattern that met something', err)
code, _, err = v.create('--leave-out', 'big', '--leave-out', 'bgi', '--allow-secret', '*.kye', out=work / 'slip.handover')
check(code == 0 and err.count('met nothing') == 2 and "--leave-out 'bgi'" in err and "--allow-secret '*.kye'" in err,
      'a pattern that met nothing is told', err)
big.unlink()
for builder in 'not a uri', 'https:', 'build.example', '1:x', 'x:\t':
    check(v.create('--builder', builder, out=work / 'uri.handover')[0] == 3, f'no URI: {builder!r}')
(work / 'own.spdx').write_text('echo\n')
code, _, err = v.create('--sbom', work / 'own.spdx', out=work / 'own.handover')
check(code == 80 and not (work / 'own.handover').exists(), 'an SBOM that nobody would take is not handed over', err)

(v.src / '.git').mkdir()
v.put('src/.git/config', 'secret')
(v.src / 'out').symlink_to('/etc/passwd')
(v.src / 'doc/far').symlink_to('../../x')
(v.src / 'tricky').symlink_to('doc/../main.c')
os.mkfifo(v.src / 'pipe')
code, _, err = v.create(out=work / 'odd.handover')
left = {n: d for n, _, d in parts(work / 'odd.handover')}['left-out'].decode().split('\n')
check(code == 0 and [l.split('\t')[0] for l in left[:-1]] == ['.git', 'doc/far', 'out', 'pipe', 'tricky'] and
      all(l.split('\t')[1] for l in left[:-1]), 'git, links that lead out, and fifos are left out with a reason', left)
code, out, _ = v.run('handover', 'show', work / 'odd.handover')
check("pipe: a fifo has no content" in out, 'show tells of them', out)
shutil.rmtree(v.src / '.git')
for n in ('out', 'doc/far', 'tricky', 'pipe'):
    (v.src / n).unlink()
for bad in (b'bad\xff', b'new\nline'):
    f = os.fsencode(v.src) + b'/' + bad
    open(f, 'w').close()
    code, _, err = v.create(out=work / 'bad.handover')
    check(code == 84 and not (work / 'bad.handover').exists(), f'a name that is none: {bad}', (code, err))
    os.unlink(f)
code, _, err = v.create(out=v.where / 'hello.handover')
check(code == 86, 'a file that is there is not overwritten', (code, err))
code, _, err = v.create('--build-depends', 'nothing-like-it', out=work / 'x.handover')
check(code == 87 and 'nothing-like-it' in err, 'a package that is not installed', err)
code, _, err = v.create('--artefact', work / 'missing', out=work / 'x.handover')
check(code == 2, 'an artefact that is not there', err)
check(v.run('handover', 'create', v.src)[0] == 3, 'the command line is checked')

# --- the toolchain itself ---------------------------------------------------------------------------

debs = {'base_1%3a2.3-4+b1_amd64.deb': b'one', 'compiler_12.2.0-14_amd64.deb': b'two'}
for name, data in debs.items():
    v.put('debs/' + name, data)
code, _, err = v.create('--with-toolchain', v.where / 'debs', out=work / 'debs.handover')
check(code == 87 and 'gold_2.40_all.deb' in err, 'every package of the toolchain must be there', (code, err))
v.put('debs/gold_2.40_all.deb', b'three')
code, _, err = v.create('--with-toolchain', v.where / 'debs', out=work / 'debs.handover')
with_debs = {n: d for n, _, d in parts(work / 'debs.handover')} if code == 0 else {}
check(code == 0 and with_debs['recipe/toolchain/base_1%3a2.3-4+b1_amd64.deb'] == b'one' and
      b'gold 2.40 all ' + hashlib.sha256(b'three').hexdigest().encode() in with_debs['recipe/packages'],
      'and then its digest is told', err)
check(v.verify(work / 'debs.handover')[0] == 0, 'and it verifies')

# --- what a person or a program reads -----------------------------------------------------------------

claims = v.put('claims', 'claim no-network\nsays it opens no socket\ncheck strace -f hello\nexpect 0\n\n'
               'claim small\nsays it is small\n')
code, out, err = v.create('--claims', claims, '--json', '--builder', 'https://build.example/7', out=work / 'c.handover')
made = json.loads(out) if code == 0 else {}
c = {n: d for n, _, d in parts(work / 'c.handover')} if code == 0 else {}
check(made.get('manifest') == hashlib.sha256(c.get('MANIFEST', b'')).hexdigest() and made.get('key') == v.vkey and
      made.get('members') == len(c) and made.get('left_out') == 0, 'create --json', (code, out, err))
check(json.loads(base64.b64decode(json.loads(c['provenance.dsse'])['payload']))['predicate']['runDetails']['builder']['id'] ==
      'https://build.example/7', 'the builder is who the vendor says')
code, out, err = v.run('handover', 'show', work / 'c.handover')
check('no-network: it opens no socket' in out and 'strace -f hello' in out and 'small: it is small' in out, 'show tells claims', out)
claims.write_text('claim x\n')
code, out, err = v.create('--claims', claims, out=work / 'd.handover')
check(code == 76 and "'claims'" in err and not (work / 'd.handover').exists(), 'claims that are none are refused', err)
code, out, err = v.run('handover', 'verify', work / 'changed', '--json', '--key', v.vkey)
bad = json.loads(out)
check(bad['good'] is False and bad['code'] == code and bad['message'] and bad['fault'] and not err, 'a fault as JSON', (out, err))
code, out, err = v.create('-q', out=work / 'q.handover')
check(code == 0 and out == '' and err == '', 'create --quiet')
check(v.verify(work / 'q.handover', '-q')[:2] == (0, ''), 'verify --quiet')
check(v.verify(work / 'q.handover', '--limit', '1k')[0] == 28, 'a limit of the owner')
check(v.run('handover', 'open', work / 'q.handover', work / 'none', '--only', 'nothing')[0] == 73 and
      not (work / 'none').exists(), 'a folder that no bundle has')
code, out, err = v.run('handover', 'show', work / 'q.handover', '--all')
check(all(f'  {n}\n' in out.replace('\\\\', '\\') for n in inside), 'show --all has every member', out)
r = subprocess.run([candor, 'handover', 'create', v.src, '--product', 'a', '--version', '1', '--recipe', v.recipe,
                    '--artefact', v.artefact, '--key', v.key], capture_output=True, text=True,
                   env={k: e for k, e in os.environ.items() if k != 'SOURCE_DATE_EPOCH'})
check(r.returncode == 3 and 'SOURCE_DATE_EPOCH' in r.stderr, 'a folder needs a date', r)
v.key.chmod(0o644)
check(v.create(out=work / 'open.handover')[0] == 15, 'a key that others may read signs nothing')
v.key.chmod(0o600)

# --- git ---------------------------------------------------------------------------------------

repo = work / 'repo'
git = ['git', '-C', repo, '-c', 'user.name=x', '-c', 'user.email=x@example', '-c', 'commit.gpgsign=false']
sh('cp', '-r', v.src, repo)
sh('git', 'init', '-q', repo)
(repo / '.gitattributes').write_text('* text eol=crlf\nmain.c export-ignore\n')
sh(*git, 'add', '-A')
r = sh(*git, 'commit', '-q', '-m', 'first', env={**os.environ, 'GIT_COMMITTER_DATE': '1795910400 +0300'})
commit = sh(*git, 'rev-parse', 'HEAD').stdout.decode().strip()
code, _, err = v.create('--commit', 'HEAD', out=work / 'git.handover', source=repo)
got = {n: d for n, _, d in parts(work / 'git.handover')} if code == 0 else {}
check(code == 0 and got['source/main.c'] == inside['source/main.c'] and f'source git {commit}\n'.encode() in got['about'],
      'a commit of git, byte for byte, whatever its attributes say', (r, err))
check(got.get('source.links') == inside['source.links'] and b'date 2026-11-29T00:00:00Z' in got.get('about', b''),
      'with its links, and its date')
(repo / 'main.c').write_text('changed, not committed\n')
sh(*git, 'gc', '-q')
sh('git', 'clone', '-q', repo, work / 'clone')
code, _, err = v.create('--commit', commit[:12], out=work / 'clone.handover', source=work / 'clone')
check(code == 0 and (work / 'clone.handover').read_bytes() == (work / 'git.handover').read_bytes(),
      'a packed clone, a dirty tree: the same bytes', err)
code, _, err = v.create('--commit', 'nothing', out=work / 'x.handover', source=repo)
check(code == 88 and 'nothing' in err, 'a commit that is not there', err)
code, _, err = v.create('--commit', '--output=/x', out=work / 'x.handover', source=repo)
check(code == 88, 'a commit that looks like an option', err)
sh(*git, 'update-index', '--add', '--cacheinfo', f'160000,{commit},sub')
sh(*git, 'commit', '-q', '-m', 'second')
code, _, err = v.create('--commit', 'HEAD', out=work / 'x.handover', source=repo)
check(code == 84 and 'submodule' in err, 'a submodule is not silently missing', err)
code, _, err = v.create('--commit', 'HEAD', '--leave-out', 'sub', out=work / 'sub.handover', source=repo)
check(code == 0 and v.verify(work / 'sub.handover')[0] == 0, 'unless it is left out', err)

# --- open -----------------------------------------------------------------------------------------

to = work / 'opened'
code, _, err = v.run('handover', 'open', v.where / 'hello.handover', to, '--key', v.vkey)
check(code == 0 and sh('sha256sum', '-c', '--strict', '--quiet', 'MANIFEST', cwd=to).returncode == 0, 'open unpacks', err)
check(os.readlink(to / 'source/doc/up') == '../main.c' and (to / 'source/empty/inner').is_dir(), 'with links and folders')
check(v.run('handover', 'open', v.where / 'hello.handover', to)[0] == 86, 'and overwrites nothing')
code, _, err = v.run('handover', 'open', v.where / 'hello.handover', work / 'only', '--only', 'source')
check(code == 0 and sorted(os.listdir(work / 'only')) == sorted(os.listdir(v.src)), 'the source alone', err)
bad = bytearray(first)
bad[first.index(b'Say make.')] ^= 1
(work / 'changed').write_bytes(bad)
before = set(os.listdir(work))
code, _, err = v.run('handover', 'open', work / 'changed', work / 'broken')
check(code == 75 and set(os.listdir(work)) == before, 'a wrong digest leaves nothing on disk', (code, err))

# --- what came before, and the log ---------------------------------------------------------------

v.put('updates/1.txt', 'one')
code, _, err = v.create('--updates', v.where / 'updates', out=work / 'one.handover')
v.put('updates/2.txt', 'two')
code, _, err = v.create('--updates', v.where / 'updates', '--previous', work / 'one.handover', '--rules', v.recipe,
                        out=work / 'two.handover')
two = {n: d for n, _, d in parts(work / 'two.handover')}
check(code == 0 and 'updates/2.txt' in two and 'updates/1.txt' not in two and b'updates/1.txt\t' in two['left-out'] and
      b'previous ' + hashlib.sha256({n: d for n, _, d in parts(work / 'one.handover')}['MANIFEST']).hexdigest().encode()
      in two['about'] and 'rules/build.sh' in two, 'updates since the handover before, which is named', err)
code, out, err = v.verify(work / 'two.handover')
check(code == 0 and 'previous   not looked at' in out, 'and it verifies', (code, out, err))
code, out, err = v.verify(work / 'two.handover', '--previous', work / 'one.handover')
check(code == 0 and 'is the handover before it; 1 update since then' in out, 'also held against the one before',
      (code, out, err))
code, out, err = v.verify(work / 'two.handover', '--previous', work / 'one.handover', '--json')
check(json.loads(out)['updates'] == 1 and len(json.loads(out)['previous']) == 64, 'and as JSON', out)
code, out, err = v.verify(work / 'two.handover', '--previous', v.where / 'hello.handover')
check(code == 89 and 'another one, whose MANIFEST' in err, 'which must be that one', (code, out, err))
code, out, err = v.verify(work / 'one.handover', '--previous', work / 'two.handover')
check(code == 89 and 'names no handover before it' in err, 'and not the one after', (code, out, err))
forged = bytearray((work / 'one.handover').read_bytes())
forged[forged.index(b'Say make.')] ^= 1
(work / 'forged').write_bytes(forged)
code, out, err = v.verify(work / 'two.handover', '--previous', work / 'forged')
check(code == 75, 'and be genuine', (code, out, err))
v.run('log', 'init', work / 'log', '--origin', 'log.example/test')
logkey = v.run('log', 'init', work / 'log2', '--origin', 'log.example/other')[1].strip()
code, out, err = v.create('--log', work / 'log', '--version', '2.0', out=work / 'logged.handover')
key = next((work / 'log.private').glob('*.key'), work / 'log.private/key')
mine = v.run('trust', 'key', key)[1].strip()
(work / 'policy').write_text(f'log {mine}\nquorum none\n')
check(code == 0 and 'entry 0' in out, 'create --log', (code, out, err))
code, out, err = v.verify(work / 'logged.handover', '--trust', work / 'policy')
check(code == 0 and 'entry 0 of log.example/test' in out, 'verify --trust finds it in the log', (code, out, err))
(work / 'policy2').write_text(f'log {logkey}\nquorum none\n')
code, _, err = v.verify(work / 'logged.handover', '--trust', work / 'policy2')
check(code in (12, 14), 'another log is not enough', (code, err))
witness = bytes([3] * 32)
wkey = tlog.vkey('witness.example/w', 4, witness)
(work / 'policy3').write_text(f'log {mine}\nwitness w {wkey}\nquorum w\n')
code, _, err = v.verify(work / 'logged.handover', '--trust', work / 'policy3')
check(code == 17, 'a log that no witness saw is not enough', (code, err))
proof = (work / 'logged.handover.tlog-proof').read_bytes()
head = proof.split(b'\n\n')[1] + b'\n'
stamp = int(time.time())
signature = tlog.sign(witness, b'cosignature/v1\ntime %d\n' % stamp + head)
(work / 'seen.proof').write_bytes(proof + tlog.line('witness.example/w', tlog.key_id(
    'witness.example/w', 4, tlog.public(witness)), stamp.to_bytes(8, 'big') + signature))
code, out, err = v.verify(work / 'logged.handover', '--trust', work / 'policy3', '--proof', work / 'seen.proof')
check(code == 0 and 'seen by 1 witness\n' in out, 'and with its cosignature it is', (code, out, err))
code, _, err = v.verify(work / 'git.handover', '--trust', work / 'policy')
check(code == 82, 'without a proof it is not good', (code, err))
code, _, err = v.verify(work / 'git.handover', '--trust', work / 'policy', '--proof', work / 'logged.handover.tlog-proof')
check(code == 23, 'nor with the proof of another', (code, err))
proof = (work / 'logged.handover.tlog-proof').read_bytes()
quiet = []
for at in range(0, len(proof), 3):
    bad = bytearray(proof)
    bad[at] ^= 1
    (work / 'bad.proof').write_bytes(bad)
    code, _, err = v.verify(work / 'logged.handover', '--trust', work / 'policy', '--proof', work / 'bad.proof')
    if code < 10 or not err.startswith('candor: '):
        quiet.append((at, code, err))
check(not quiet, 'one bit of the proof changed: refused, wherever', quiet[:3])

# --- the toolchain, as Debian's own program sees it ------------------------------------------------

if shutil.which('dpkg-genbuildinfo') and pathlib.Path('/var/lib/dpkg/status').exists():
    needs = 'gcc, make | bmake, libssl-dev, pkg-config'
    v.put('pkg/debian/control', f'Source: hello\nMaintainer: a <a@b.example>\nBuild-Depends: {needs}\n\n'
          'Package: hello\nArchitecture: any\nDescription: x\n')
    v.put('pkg/debian/changelog', 'hello (1.0) unstable; urgency=low\n\n  * x\n\n -- a <a@b.example>  '
          'Sun, 29 Nov 2026 00:00:00 +0000\n')
    v.put('pkg/debian/files', 'hello_1.0_amd64.deb misc optional\n')
    v.put('hello_1.0_amd64.deb', 'x')
    r = sh('dpkg-genbuildinfo', '--build=any', f'-O{work}/theirs', cwd=v.where / 'pkg')
    code, _, err = v.create('--dpkg', '/var/lib/dpkg', '--build-depends', needs, out=work / 'real.handover')
    ours = {n: d for n, _, d in parts(work / 'real.handover')}['recipe/buildinfo'] if code == 0 else b''

    def installed(text):
        return text.partition(b'Installed-Build-Depends:')[2].partition(b'Environment:')[0]
    check(code == 0 and installed(ours) == installed((work / 'theirs').read_bytes()) and ours,
          'Installed-Build-Depends is what dpkg-genbuildinfo lists', (r, err))
else:
    skip('dpkg-genbuildinfo', 'it is not there')

# --- names and keys, said once ---------------------------------------------------------------------

v.put('escaped/nl\nname', 'x')
code, said, err = v.create(source=v.where / 'escaped', out=work / 'escaped.handover')
check(code == 84 and "'nl\\nname'" in err, 'a name that cannot be handed over is escaped once', err)
(v.where / 'escaped/main').write_text('x')
code, said, err = v.create('--leave-out', 'nl*', source=v.where / 'escaped', out=work / 'escaped.handover')
code, said, err = v.run('handover', 'show', work / 'escaped.handover')
check(code == 0 and '  nl\\nname: ' in said, 'and so it is when it was left out', (said, err))
v.put('vendor.pub', v.vkey + '\n')
code, said, err = v.create('--key', v.where / 'vendor.pub', out=work / 'pub.handover')
check(code == 15 and 'is a public key' in err, 'a public key does not sign', err)

# --- killed -----------------------------------------------------------------------------------------

v.put('src/large', random.randbytes(1 << 20) * 64)
den = work / 'den'
den.mkdir()
args = [candor, 'handover', 'create', v.src, '-o', den / 'k.handover', '--product', 'hello', '--version', '1',
        '--recipe', v.recipe, '--artefact', v.artefact, '--key', v.key, '--dpkg', v.where / 'dpkg', '--date', '2026-11-29']
half = []
for i in range(12):
    p = subprocess.Popen(list(map(str, args)), stdout=subprocess.DEVNULL)
    time.sleep(random.random() * 0.4)
    p.send_signal(signal.SIGKILL)
    p.wait()
    if os.listdir(den) == ['k.handover']:  # it was done before
        if v.verify(den / 'k.handover')[0] != 0:
            half.append(i)
        (den / 'k.handover').unlink()
    elif os.listdir(den):
        half.append(os.listdir(den))
check(not half, 'killed at any moment, create leaves a whole bundle or nothing', half)

shutil.rmtree(work)
done()
