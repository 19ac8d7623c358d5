"""Chooses files for the lists: see make.sh. Order is by a hash of the name, one file of each
package in turn: a sample is spread over all packages, is the same on each run, and changes little
when a package does."""
import gzip
import hashlib
import os
import re
import shutil
import sys

QUICK = 40_000_000          # bytes in each bench list
QUICK_FILE = {'usr': 3_000_000, 'pe': 3_000_000, 'src': 3_000_000, 'docs': 9_000_000}
FULL_FILE = 1_500_000       # in the full list, beyond the bench lists
FULL_COUNT = {'usr': 2600, 'pe': 900, 'src': 2200, 'docs': 300}
TURNS = {'libwine': 12, 'mono-devel': 4}     # files that a rich package gives at a time
SOURCE = re.compile(r'\.(c|h|cc|cpp|hpp|ipp|go|rs|py|pl|php|js|mjs|ts|css|html|s|S|sh|md|txt|'
                    r'json|toml|xml|sql|po|mod|yml)$')


def head(path):
    with open(path, 'rb') as f:
        return f.read(8)


def is_pe(path):
    return head(path)[:2] == b'MZ'


def is_doc(path):
    h = head(path)
    if h[:4] == b'PK\3\4':
        return bool(re.search(r'\.(xls|doc|ppt|dot|pot)[xm]$|\.o[dt][tsp]$', path))
    return h[:5] in (b'%PDF-', b'{\\rtf') or h[:4] == b'\xd0\xcf\x11\xe0'


def is_source(path):
    return bool(SOURCE.search(path))


def plain(path):
    """A regular file with bytes in it and a name that fits on a line of a list."""
    return not os.path.islink(path) and os.path.isfile(path) and os.path.getsize(path) > 0 \
        and path.isprintable() and os.access(path, os.R_OK)


def walk(root, want):
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if name != '.done' and plain(path) and want(path):
                yield path


def unzip_docs(root):
    """Debian compresses documents: those that a reader would open are unpacked beside."""
    for path in list(walk(root, lambda p: re.search(r'\.(pdf|doc|xls|rtf|docx|xlsx)\.gz$', p))):
        with gzip.open(path) as f, open(path[:-3], 'wb') as out:
            shutil.copyfileobj(f, out)
        os.remove(path)


def installed():
    """Files of /usr that belong to a package: not what somebody built or left there."""
    info = '/var/lib/dpkg/info'
    seen = set()
    for name in os.listdir(info):
        if name.endswith('.list'):
            with open(os.path.join(info, name), encoding='utf-8', errors='replace') as f:
                seen.update(line for line in f.read().split('\n') if line.startswith('/usr/'))
    return (path for path in seen if plain(path))


def by_hash(paths, base):
    """Relative names are hashed: the place of the cache must not change the choice."""
    def key(path):
        return hashlib.sha256(os.path.relpath(path, base).encode()).digest()
    return sorted(paths, key=key)


def by_turn(paths, base):
    """As by_hash, but one of each package (the first part of the name) at a time, or TURNS."""
    taken = {}
    turns = []
    for path in by_hash(paths, base):
        package = os.path.relpath(path, base).split('/')[0]
        taken[package] = taken.get(package, 0) + 1
        turns.append((taken[package] // TURNS.get(package, 1), path))
    return [path for _, path in sorted(turns, key=lambda t: t[0])]


def distinct(paths, seen):
    for path in paths:
        with open(path, 'rb') as f:
            digest = hashlib.sha256(f.read()).digest()
        if digest not in seen:
            seen.add(digest)
            yield path


def choose(name, paths, seen):
    """(bench list, the rest of the full list) of one class."""
    count = FULL_COUNT[name]
    quick, rest, total = [], [], 0
    for path in distinct(paths, seen):
        size = os.path.getsize(path)
        if size <= QUICK_FILE[name] and total + size <= QUICK:
            quick.append(path)
            total += size
        elif size <= FULL_FILE:
            rest.append(path)
        if len(quick) + len(rest) >= count and total >= QUICK * 0.97:
            break
    return quick, rest[:max(0, count - len(quick))]


def keep_copies(cache, paths):
    """/usr changes under a cache of answers; its sample is copied."""
    root = os.path.join(cache, 'tree', 'usr')
    shutil.rmtree(root, ignore_errors=True)
    out = []
    for path in paths:
        to = root + path
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy2(path, to)      # the time stays: answers are kept by it
        out.append(to)
    return out


def write(cache, name, paths):
    with open(os.path.join(cache, 'lists', name), 'w', encoding='utf-8') as f:
        f.writelines(path + '\n' for path in paths)
    size = sum(os.path.getsize(path) for path in paths)
    print(f'corpus: {name}: {len(paths)} files, {size / 1e6:.1f} MB')


def main(cache):
    tree = os.path.join(cache, 'tree')
    unzip_docs(os.path.join(tree, 'docs'))
    wanted = {'pe': is_pe, 'src': is_source, 'docs': is_doc}
    full, seen = [], set()
    for name in FULL_COUNT:
        if name == 'usr':
            paths = by_hash(installed(), '/')
        else:
            base = os.path.join(tree, name)
            paths = by_turn(walk(base, wanted[name]), base)
        quick, rest = choose(name, paths, seen)
        if name == 'usr':
            both = keep_copies(cache, quick + rest)
            quick, rest = both[:len(quick)], both[len(quick):]
        write(cache, 'q-' + name, quick)
        full += quick + rest
    write(cache, 'full', full)


main(sys.argv[1])
