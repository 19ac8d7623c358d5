#!/usr/bin/env python3
"""hostile.py CANDOR - bundles that somebody made to do harm.

Prints TAP. Each is given to verify, show and open: each must be refused with its sentence and
its code, in little memory and time, and nothing may appear outside of the folder or in it.
The seals are made here, so a bundle may be signed well and hostile all the same.
"""
import io
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402
from vendor import Vendor, header, member, order, parts, seal, tar

candor = str(pathlib.Path(sys.argv[1]).resolve())
work = pathlib.Path(tempfile.mkdtemp(prefix='candor-hostile-'))
MEMORY = 400 << 20


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def run(*args):
    r = subprocess.run([candor, 'handover', *map(str, args)], capture_output=True, text=True, timeout=120,
                       preexec_fn=limited, errors='surrogateescape')
    return r.returncode, r.stdout, r.stderr


v = Vendor(candor, work / 'vendor')
assert v.create()[0] == 0
good = parts(v.out)
signed, key = seal(good)
den = work / 'den'
den.mkdir()
bundle = den / 'x.handover'

bundle.write_bytes(tar(signed))
code, out, err = run('verify', bundle, '--key', key)
check(code == 0, 'a bundle that is sealed by another program is good', (code, out, err))


def refused(name, data, want, *words):
    """Bytes, or a function that makes the file."""
    if callable(data):
        data(bundle)
    else:
        bundle.write_bytes(data)
    before = sorted(os.listdir(work)), sorted(os.listdir(den))
    for what in (['verify', bundle, '--key', key], ['open', bundle, den / 'to'], ['show', bundle]):
        code, out, err = run(*what)
        ok = code == want and err.startswith('candor: ') and err.count('\n') == 1 and all(w in err for w in words)
        check(ok and not out, f'{name}: {what[0]}', (code, out, err))
        if code == 0:
            shutil.rmtree(den / 'to', ignore_errors=True)
    check((sorted(os.listdir(work)), sorted(os.listdir(den))) == before, f'{name}: nothing appeared')


def with_member(raw):
    """The good archive with a raw member behind the others."""
    return tar(signed)[:-1024] + raw + bytes(1024)


# --- the archive ---------------------------------------------------------------------------------

FORM = 102
for name, raw, want, word in (
        ('path traversal', member('../zzz', b'x'), 90, "leads out: there is '..' in its name"),
        ('path traversal inside', member('updates/../../zzz', b'x'), 90, "'updates/../../zzz' (member "),
        ('an absolute name', member('/zzz', b'x'), 91, 'absolute'),
        ('an empty part', member('updates//x', b'x'), 92, 'empty part'),
        ('a dot', member('./zzz', b'x'), 92, "'.'"),
        ('a control character', member('updates/a\033[2J', b'x'), 92, 'control'),
        ('a name that is not UTF-8', member(b'updates/\xff\xfe', b'x'), 92, 'UTF-8'),
        ('a symbolic link', header(b'updates/l', kind=b'2', link=b'/etc/passwd'), 93,
         "is a symbolic link to '/etc/passwd'"),
        ('a hard link', header(b'updates/l', kind=b'1', link=b'MANIFEST'), 94, "is a hard link to 'MANIFEST'"),
        ('a character device', header(b'updates/d', kind=b'3'), 95, "'updates/d'"),
        ('a block device', header(b'updates/d', kind=b'4'), 95, 'is a block device'),
        ('a folder', header(b'updates/', kind=b'5', mode=0o755), 97, "'updates/'"),
        ('a fifo', header(b'updates/f', kind=b'6'), 96, 'is a fifo'),
        ('a contiguous file', member('updates/x', b'x', kind=b'7'), 101, 'contiguous'),
        ("GNU tar's long name", member('././@LongLink', b'updates/x\0', kind=b'L') + member('updates/x'), FORM, 'long name'),
        ("GNU tar's long name that leads out", member('././@LongLink', b'../x\0', kind=b'L') + member('updates/x'), 90,
         "'../x'"),
        ('a sparse file', header(b'updates/x', kind=b'S'), 101, 'sparse'),
        ('a global pax header', member('pax', b'19 path=../../zzzz\n', kind=b'g'), FORM, 'global pax header'),
        ('a global pax header and a member', member('pax', b'19 path=../../zzzz\n', kind=b'g') + member('updates/x'), 90,
         "'../../zzzz'"),
        ('a pax header without need', member('PaxHeader', b'18 path=updates/x\n', kind=b'x') + member('updates/y'), FORM,
         'pax header that is not needed'),
        ('a pax header that leads out', member('PaxHeader', b'16 path=../../x\n', kind=b'x') + member('updates/y'), 90,
         "'../../x'"),
        ('a pax header that links', member('PaxHeader', b'21 linkpath=/etc/abc\n', kind=b'x') +
         header(b'updates/y', kind=b'2', link=b'x'), 93, "'/etc/abc'"),
        ('a pax header that lies of the size', member('PaxHeader', b'18 size=99999999\n', kind=b'x') + member('updates/y'),
         FORM, ''),
        ('set-user-id', member('updates/x', b'x', mode=0o4755), FORM, 'its mode'),
        ('an owner', member('updates/x', b'x', uid=1000), FORM, 'its owner'),
        ('another time', member('updates/x', b'x', mtime=1), FORM, 'times'),
        ('a name twice', member('updates/x', b'1') + member('updates/x', b'2'), 98, 'twice'),
        ('a name twice, far away', member('MANIFEST', b'1'), 98, "'MANIFEST'"),
        ('names out of order', member('updates/y') + member('updates/x'), 99, 'order'),
        ('a file that is a folder', member('updates/x') + member('updates/x/y'), 100, 'folder'),
        ('padding that holds something', member('updates/x', b'x')[:-1] + b'!', FORM, 'padding'),
        ('a size that is no number', header(b'updates/x')[:124] + b'77777x777777' + header(b'updates/x')[136:], FORM, 'checksum'),
        ('a size in base 256', header(b'updates/x')[:124] + b'\x80' + bytes(10) + b'\1' + header(b'updates/x')[136:], FORM,
         'checksum'),
        ('a size beyond the end', header(b'updates/x', size=1 << 32), 70, 'cut short'),
):
    refused(name, with_member(raw), want, word)
refused('no archive', b'MZ' + bytes(4096), 70)
refused('nothing', b'', 70)
refused('zeros', bytes(10240), 70)
refused('a compressed archive', b'\x1f\x8b\x08' + bytes(600), 70)
refused('something behind the end', tar(signed) + member('updates/x', b'x'), FORM, 'end')
refused('a symbolic link to a name that writes to the terminal', with_member(
    header(b'updates/\033]0;x', kind=b'2', link=b'\033[2J' * 20)), 93, '\\x1b')

# --- archives of ordinary tools: the bundle, unpacked and packed again with one thing more --------------

tree = work / 'tree'
code, out, err = run('open', v.out, tree)
assert code == 0, err
for f in [*tree.rglob('*')]:
    if f.is_symlink():
        f.unlink()


def more(what):
    """The unpacked bundle in a folder of its own, with one thing more in updates/."""
    d = work / 'packed'
    shutil.rmtree(d, ignore_errors=True)
    shutil.copytree(tree, d, symlinks=True)
    (d / 'updates').mkdir(exist_ok=True)
    what(d / 'updates')
    return d


def files_of(d):
    """What tar is told to pack: no folders, but everything in them."""
    return sorted(str(p.relative_to(d)) for p in d.rglob('*') if p.is_symlink() or not p.is_dir())


def packed(tool, d, names):
    args = {
        'GNU tar': ['tar', '--format=gnu'],
        'GNU tar, pax': ['tar', '--format=pax'],
        'GNU tar, ustar': ['tar', '--format=ustar'],
        'GNU tar, v7': ['tar', '--format=v7'],
        'bsdtar': ['bsdtar', '--format=pax'],
        'bsdtar, ustar': ['bsdtar', '--format=ustar'],
    }[tool]
    if tool.startswith('bsdtar') and not shutil.which('bsdtar'):
        return None
    out = work / 'packed.tar'
    r = subprocess.run([*args, '-cPf', out, *names], cwd=d, capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    return out.read_bytes()


def fifo(d):
    os.mkfifo(d / 'f')


def hard(d):
    os.link(d.parent / 'about', d / 'zz')


def long_link(d):
    (d / ('l' * 120)).symlink_to('/etc/' + 'passwd/' * 30)


tools = ('GNU tar', 'GNU tar, pax', 'GNU tar, ustar', 'bsdtar', 'bsdtar, ustar', 'GNU tar, v7')
kinds = (
    ('a symbolic link', lambda d: (d / 'l').symlink_to('/etc/passwd'), files_of, 93,
     "'updates/l' (member ", "is a symbolic link to '/etc/passwd'"),
    ('a long symbolic link', long_link, files_of, 93, "'updates/llll", "is a symbolic link to '/etc/passwd/passwd/"),
    ('a hard link', hard, files_of, 94, "'updates/zz'", "is a hard link to 'about'"),
    ('a fifo', fifo, files_of, 96, "'updates/f'", 'is a fifo'),
    ('folders', lambda d: None, lambda d: ['.'], 92, "'./", "has a name with '.' or '..'"),
    ('a folder', lambda d: None, lambda d: files_of(d) + ['updates'], 97, "'updates/'", 'is a folder'),
    ('an absolute name', lambda d: None, lambda d: files_of(d) + [str(d / 'about')], 91, f"'{work}/packed/about'",
     'has an absolute name'),
    ('a name that leads out', lambda d: (work / 'evil').write_text('x'), lambda d: files_of(d) + ['../evil'], 90,
     "'../evil'", 'leads out'),
    ('a name twice', lambda d: None, lambda d: files_of(d) + ['claims'], 98, "'claims'", 'is there twice'),
    ('nothing worse', lambda d: None, files_of, FORM, 'member 1, at byte 0', "not in the canonical form"),
)
for tool in tools:
    for name, what, names, want, *words in kinds:
        d = more(what)
        if what is long_link and tool.endswith((', ustar', ', v7')) or what is fifo and tool.endswith('v7'):
            continue  # they cannot say it
        listed = names(d)
        if want == 98:  # tar makes a hard link of a file that it saw before
            (work / 'again').mkdir(exist_ok=True)
            shutil.copy(d / 'claims', work / 'again/claims')
            listed = files_of(d) + ['-C', str(work / 'again'), 'claims']
        data = packed(tool, d, listed)
        if data is None:
            continue
        refused(f'{tool}, {name}', data, want, *words)


def by_python(form, *extra):
    """The good bundle, and members that no file system has to have."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=form) as t:
        for n, x, d in signed:
            one = tarfile.TarInfo(n)
            one.size, one.mode, one.mtime = len(d), 0o755 if x else 0o644, 1795910400
            t.addfile(one, io.BytesIO(d))
        for n, kind, link in extra:
            one = tarfile.TarInfo(n)
            one.type, one.linkname = kind, link
            t.addfile(one)
    return out.getvalue()


for form, said in ((tarfile.GNU_FORMAT, 'gnu'), (tarfile.PAX_FORMAT, 'pax'), (tarfile.USTAR_FORMAT, 'ustar')):
    for name, extra, want, word in (
            ('a character device', ('updates/d', tarfile.CHRTYPE, ''), 95, "'updates/d'"),
            ('a block device', ('updates/d', tarfile.BLKTYPE, ''), 95, 'is a block device'),
            ('a symbolic link', ('l', tarfile.SYMTYPE, '../../x'), 93, "to '../../x'"),
            ('a hard link', ('l', tarfile.LNKTYPE, '/etc/shadow'), 94, "to '/etc/shadow'"),
            ('a fifo', ('f', tarfile.FIFOTYPE, ''), 96, "'f'"),
            ('a folder', ('updates', tarfile.DIRTYPE, ''), 97, "'updates/'"),
            ('an absolute name', ('/etc/cron.d/x', tarfile.REGTYPE, ''), 91, "'/etc/cron.d/x'"),
            ('a name that leads out', ('source/../../x', tarfile.REGTYPE, ''), 90, "'source/../../x'"),
            ('a name twice', ('about', tarfile.REGTYPE, ''), 98, "'about'"),
            ('a contiguous file', ('updates/c', tarfile.CONTTYPE, ''), 101, 'contiguous')):
        refused(f'Python, {said}, {name}', by_python(form, extra), want, word)
long = '/'.join(['..'] + ['n' * 90] * 3)
for form, said in ((tarfile.GNU_FORMAT, 'gnu'), (tarfile.PAX_FORMAT, 'pax')):
    refused(f'Python, {said}, a long name that leads out', by_python(form, (long, tarfile.REGTYPE, '')), 90, "'../nnnn")


def bomb(size):
    def make(path):
        with open(path, 'wb') as f:
            f.write(tar(signed)[:-1024] + header(b'updates/x', size=size))
            f.truncate(len(tar(signed)) - 1024 + 512 + size + 1024)
    return make


refused('a sparse file of seven gigabytes that ends in nothing', bomb(7 << 30), 74)
pax = b'20 size=99999999999\n'
refused('a sparse file of 99 gigabytes', lambda p: (
    p.write_bytes(tar(signed)[:-1024] + member('PaxHeader', pax, kind=b'x') + header(b'updates/x', size=0)),
    os.truncate(p, 100 << 30)), 28, "'updates/x': more bytes", '--limit')
refused('two hundred thousand members',
        tar(signed)[:-1024] + b''.join(member(f'updates/{i:07}') for i in range(200000)) + bytes(1024), 74)

# --- the texts, signed well --------------------------------------------------------------------------


def but(**texts):
    """The good bundle with other texts, sealed anew."""
    names = {'links': 'source.links', 'folders': 'source.folders', 'left': 'left-out', 'promised': 'recipe/artefacts',
             'packages': 'recipe/packages', 'sbom': 'sbom.spdx.json'}
    texts = {names.get(k, k): t for k, t in texts.items()}
    return tar(seal([(n, x, texts.get(n, d)) for n, x, d in good])[0])


for name, text, word in (
        ('a link to an absolute name', b'a\t/etc/passwd\n', 'absolute'),
        ('a link out of the source', b'a\t../../x\n', 'leads out'),
        ('a link out of a folder', b'doc/a\t../../x\n', 'leads out'),
        ('a link that goes down and up', b'a\tdoc/../../x\n', 'relative'),
        ('a link in the place of a file', b'main.c\tdoc/readme\n', 'file of that name'),
        ('a link in the place of a folder', b'doc\ttools\n', 'files below'),
        ('a link below a file', b'main.c/x\ttools\n', 'what is a file'),
        ('a link below a link', b'a\ttools\na/b\tdoc\n', 'in its way'),
        ('a link below an empty folder', b'empty/inner/x\tdoc\n', 'in its way'),
        ('a link with a bad name', b'../a\tdoc\n', "'..'"),
        ('links out of order', b'b\tdoc\na\tdoc\n', 'order'),
        ('a link without a target', b'a\t\n', 'nothing'),
        ('a line without a tab', b'a doc\n', 'tab'),
        ('a text without a last newline', b'a\tdoc', 'newline'),
        ('a text with an escape', b'a\tdo\033c\n', 'UTF-8'),
):
    refused(name, but(links=text), 76, word)
refused('a folder in the place of a file', but(folders=b'main.c\n'), 76)
refused('a folder that leads out', but(folders=b'../x\n'), 76)
refused('an artefact that is not there', but(promised=b'goodbye\nhello\n'), 81)
refused('an artefact that nobody builds', tar(seal(good + [('artefacts/more', False, b'x')])[0]), 81)
refused('no artefact is promised', but(promised=b''), 81)
refused('a package without a digest', but(packages=b'base 1 amd64\n'), 76)
deb = ('recipe/toolchain/gold_2.40_all.deb', False, b'x')
refused('a package of the toolchain that is not listed so', tar(seal(good + [deb])[0]), 73)
refused('a package with another digest', tar(seal([
    (n, x, b'gold 2.40 all ' + b'0' * 64 + b'\n' if n == 'recipe/packages' else d) for n, x, d in good] + [deb])[0]), 76)
refused('a claim that says nothing', but(claims=b'claim x\n'), 76)
refused('an about of another time', but(about=dict((n, d) for n, _, d in good)['about'].replace(b'-29T', b'-28T')), 76)
refused('an about with a line more', but(about=dict((n, d) for n, _, d in good)['about'] + b'more x\n'), 76)
refused('no claims at all', tar(seal([m for m in good if m[0] != 'claims'])[0]), 73)


def judged(name, data, want):
    """Refused by verify alone: what open and show do not look at."""
    bundle.write_bytes(data)
    code, out, err = run('verify', bundle, '--key', key)
    check(code == want and err.startswith('candor: ') and not out, name, (code, out, err))


judged('an SBOM that is no JSON', but(sbom=b'{' * 100000), 80)
judged('an SBOM of something else', but(sbom=b'{"spdxVersion":"SPDX-2.3","SPDXID":"x"}'), 80)
judged('an SBOM with another digest', but(
    sbom=dict((n, d) for n, _, d in good)['sbom.spdx.json'].replace(b'"SHA256","checksumValue":"', b'"SHA256","checksumValue":"0', 1)), 80)
evil = [(n, x, d if n != 'provenance.dsse' else seal([(a, b, c + b' ' if a == 'artefacts/hello' else c) for a, b, c in good])[0][
    [m[0] for m in sorted(good, key=lambda m: order(m[0]))].index('provenance.dsse')][2]) for n, x, d in signed]
judged('provenance of another bundle', tar(evil), 79)
two = seal(good, seed=bytes([9] * 32))[0]
judged('signatures of two keys', tar([b if a[0] == 'MANIFEST.sig' else a for a, b in zip(signed, two)]), 77)

# --- names that are strange, and allowed ---------------------------------------------------------------

strange = [(f'source/{n}', False, b'x') for n in ('-rf', '$(reboot)', '`id`', ' blank ', 'a' * 92, '日本', 'CON', 'a\\nb')]
bundle.write_bytes(tar(seal(good + strange)[0]))
code, out, err = run('open', bundle, den / 'to')
check(code == 0 and (den / 'to/source/$(reboot)').read_text() == 'x', 'strange names are only names', err)
r = subprocess.run(['sha256sum', '-c', '--strict', '--quiet', 'MANIFEST'], cwd=den / 'to', capture_output=True)
check(r.returncode == 0, 'and sha256sum reads them', r)

shutil.rmtree(work)
done()
