#!/usr/bin/env python3
"""Collects real files of the kinds that modules read: PE files, .NET assemblies, Mach-O files, DEX and APK files.

    tests/diff/kinds/collect.py [CACHE]       CACHE: default ~/.cache/candor-kinds

Fetches the packages that the table `packages` beside this script names: Debian's binary ones (deb) and source ones
(src), and npm's. Unpacks them, and what lies in their archives, without running anything of theirs, and writes
CACHE/lists/{pe,dotnet,macho,dex,apk,all}: absolute paths, one a line, each content once. The kind is told by
the bytes, not by the package that a file came in. What a registry does not have is named and left out; a second run
tries only that again. Needs apt-get, dpkg-source and npm; about 3 GB.
"""
import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 40_000_000           # bytes of a file that is looked at
DEEP = 2                    # archives within archives
TIMEOUT = 900               # seconds for one client of a registry
ARCHIVE = re.compile(r'\.(apk|jar|aar|nupkg|whl|zip|tgz|tar|tar\.[gx]z)$')
FAT = (b'\xca\xfe\xba\xbe', b'\xca\xfe\xba\xbf')
THIN = (b'\xfe\xed\xfa\xce', b'\xfe\xed\xfa\xcf', b'\xce\xfa\xed\xfe', b'\xcf\xfa\xed\xfe')


def run(command, folder):
    p = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=TIMEOUT,
                       stderr=subprocess.STDOUT, check=False)
    return p.returncode == 0


class Sources:
    """apt's lists of source packages, in a folder of ours: few machines have them."""

    def __init__(self, cache):
        self.state = os.path.join(cache, 'apt')
        self.options = None

    def open(self):
        os.makedirs(os.path.join(self.state, 'lists', 'partial'), exist_ok=True)
        text = ''
        parts = '/etc/apt/sources.list.d'
        for path in ['/etc/apt/sources.list'] + [os.path.join(parts, n) for n in sorted(os.listdir(parts))]:
            if path.endswith('.sources') and os.path.exists(path):
                with open(path, encoding='utf-8') as f:
                    text += f.read() + '\n\n'
        listed = os.path.join(self.state, 'src.sources')
        with open(listed, 'w', encoding='utf-8') as f:
            f.write(re.sub(r'^Types:.*$', 'Types: deb-src', text, flags=re.M))
        self.options = ['-o', 'Dir::Etc::sourcelist=' + listed, '-o', 'Dir::Etc::sourceparts=-',
                        '-o', 'Dir::State::lists=' + os.path.join(self.state, 'lists'),
                        '-o', 'APT::Sandbox::User=root']
        run(['apt-get', '-q', *self.options, 'update'], self.state)

    def fetch(self, name, folder):
        if self.options is None:
            self.open()
        return run(['apt-get', '-q', *self.options, 'source', '--download-only', name], folder)


def fetch_deb(_, name, folder, tree):
    command = ['apt-get', '-q', '-o', 'APT::Sandbox::User=root', 'download', name]
    return run(command, folder) and all(run(['dpkg', '-x', os.path.join(folder, n), tree], folder)
                                        for n in os.listdir(folder))


def fetch_src(sources, name, folder, tree):
    if not sources.fetch(name, folder):
        return False
    dsc = [n for n in os.listdir(folder) if n.endswith('.dsc')]
    return bool(dsc) and run(['dpkg-source', '--no-check', '-x', os.path.join(folder, dsc[0]),
                              os.path.join(tree, 'src')], folder)


def fetch_npm(_, name, folder, tree):
    return run(['npm', 'pack', '--silent', '--ignore-scripts', name], folder) and \
        all(run(['tar', '-xzf', os.path.join(folder, n), '-C', tree, '--no-same-owner'], folder)
            for n in os.listdir(folder) if n.endswith('.tgz'))


FETCH = {'deb': fetch_deb, 'src': fetch_src, 'npm': fetch_npm}


def fetch(cache, sources, registry, name):
    """The folder of a package, unpacked; None where it cannot be had. The download is not kept."""
    tree = os.path.join(cache, 'tree', registry + '-' + re.sub('[/@]', '_', name))
    if os.path.exists(os.path.join(tree, '.done')):
        return tree
    folder = os.path.join(cache, 'fetch')
    for path in (tree, folder):
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
    try:
        good = FETCH[registry](sources, name, folder, tree)
    except subprocess.TimeoutExpired:
        good = False
    shutil.rmtree(folder, ignore_errors=True)
    if not good:
        print(f'kinds: left out {registry} {name}', flush=True)
        shutil.rmtree(tree, ignore_errors=True)
        return None
    unpack(tree, tree, DEEP)
    open(os.path.join(tree, '.done'), 'w', encoding='utf-8').close()
    return tree


def members(path):
    """(name, open function) of the files in an archive; nothing of what is none."""
    try:
        if zipfile.is_zipfile(path):
            z = zipfile.ZipFile(path)
            for m in z.infolist():
                if 0 < m.file_size <= MOST:
                    yield m.filename, lambda m=m: z.read(m)
        elif tarfile.is_tarfile(path):
            with tarfile.open(path) as t:
                for m in t:
                    if m.isreg() and 0 < m.size <= MOST:
                        yield m.name, lambda m=m: t.extractfile(m).read()
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, tarfile.TarError):
        return


def unpack(tree, root, depth):
    """Of each archive below root, what is of a kind or an archive itself, into TREE/.in/DIGEST."""
    found = [p for p in walk(root) if ARCHIVE.search(p)] if depth else []
    for path in found:
        into = os.path.join(tree, '.in', hashlib.sha256(path.encode()).hexdigest()[:16])
        for i, (name, read) in enumerate(members(path)):
            try:
                data = read()
            except (RuntimeError, OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile):
                continue
            except Exception as e:      # a decompressor's own error: the member is broken
                print(f'kinds: {path}: {name}: {e}')
                continue
            if kind_of(data) or ARCHIVE.search(name):
                os.makedirs(into, exist_ok=True)
                with open(os.path.join(into, f'{i}-' + os.path.basename(name)[-60:]), 'wb') as f:
                    f.write(data)
        if os.path.isdir(into):
            unpack(tree, into, depth - 1)


def walk(root):
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.islink(path) and os.path.isfile(path) and 0 < os.path.getsize(path) <= MOST and path.isprintable():
                yield path


def is_dotnet(data):
    """Does the directory of the CLI header (the 15th) name something?"""
    try:
        pe, = struct.unpack_from('<I', data, 0x3c)
        if data[pe:pe + 4] != b'PE\0\0':
            return False
        magic, = struct.unpack_from('<H', data, pe + 24)
        return struct.unpack_from('<I', data, pe + 24 + (112 if magic == 0x20b else 96) + 14 * 8)[0] != 0
    except struct.error:
        return False


def kind_of(data):
    if data[:2] == b'MZ':
        return 'dotnet' if is_dotnet(data) else 'pe'
    if data[:4] in THIN or (data[:4] in FAT and 0 < int.from_bytes(data[4:8], 'big') < 20):
        return 'macho'      # a Java class has its version there, 45 and up
    if data[:4] == b'dex\n':
        return 'dex'
    if data[:4] == b'PK\3\4' and b'AndroidManifest.xml' in data:
        return 'apk'
    return None


def choose(trees):
    lists, seen = {k: [] for k in ('pe', 'dotnet', 'macho', 'dex', 'apk')}, set()
    for tree in trees:
        for path in walk(tree):
            with open(path, 'rb') as f:
                data = f.read(4)
                if data[:2] not in (b'MZ', b'PK') and data not in THIN + FAT + (b'dex\n',):
                    continue
                data += f.read()
            kind, digest = kind_of(data), hashlib.sha256(data).digest()
            if kind and digest not in seen:
                seen.add(digest)
                lists[kind].append(path)
    return lists


def main(cache):
    cache = os.path.abspath(cache)
    os.makedirs(os.path.join(cache, 'lists'), exist_ok=True)
    sources, trees = Sources(cache), []
    with open(os.path.join(HERE, 'packages'), encoding='utf-8') as f:
        rows = [line.split() for line in f if line.strip() and line[0] != '#']
    for registry, name in dict.fromkeys((r[1], r[2]) for r in rows):
        tree = fetch(cache, sources, registry, name)
        trees += [tree] if tree else []
    lists = choose(trees)
    lists['all'] = [p for paths in lists.values() for p in paths]
    for kind, paths in lists.items():
        with open(os.path.join(cache, 'lists', kind), 'w', encoding='utf-8') as f:
            f.writelines(p + '\n' for p in paths)
        print(f'kinds: {kind}: {len(paths)} files, {sum(map(os.path.getsize, paths)) / 1e6:.1f} MB')


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.expanduser('~/.cache/candor-kinds'))
