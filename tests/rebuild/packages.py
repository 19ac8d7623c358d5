#!/usr/bin/env python3
"""packages.py CANDOR [OPTION]... [SOURCE-PACKAGE]... - other people's software, handed over.

For each Debian source package: its source and Debian's own binary packages become a
handover bundle with the packages of its toolchain in it. `candor handover rebuild` makes
a root of these, builds twice, and holds the result against what Debian's build servers
made. Prints a table in Markdown (docs/handover-packages.md). The vendor's machine is a root
that mmdebstrap makes. Needs root, a Debian mirror, mmdebstrap and some gigabytes:

    tests/rebuild/packages.py build/bin/candor --work /var/tmp/packages

A package may be NAME=VERSION. Options:

  --work DIR    where everything goes, and is found again (packages.work)
  --root DIR    the vendor's machine: a root that has what the packages need
  --in-root     build in it, too, and put no packages into the bundles
  --suite NAME  of Debian (bookworm)
  --mirror URL  (http://deb.debian.org/debian)
  --table       only the table, of what is in the work folder already
  --blame       also find the guilty variations
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

PACKAGES = 'hello zlib bzip2 xz-utils sed grep jq lua5.4 sqlite3 file less tree ucf dh-python'.split()

# What it costs, and what can be skipped: tests tell nothing about the bytes.
RECIPE = '''#!/bin/sh
# Builds a Debian source package as Debian's servers do, without its tests.
set -eu
unset SOURCE_DATE_EPOCH # dpkg-buildpackage takes it from the changelog
export DEB_BUILD_OPTIONS=nocheck
dpkg-source --no-check -x "$SOURCE"/*.dsc tree >/dev/null
cd tree
if [ -f "$SOURCE/binnmu" ]; then
    cat "$SOURCE/binnmu" debian/changelog >changelog.new
    mv changelog.new debian/changelog
fi
dpkg-buildpackage --build=binary --no-sign -jauto
cp ../*.deb "$OUT"
'''


def say(*what):
    print(*what, file=sys.stderr, flush=True)


class Apt:
    """apt with lists of its own: the machine's configuration stays as it is."""

    def __init__(self, work, mirror, suite):
        self.dir = work / 'apt'
        for d in ('lists/partial', 'cache/archives/partial'):
            (self.dir / d).mkdir(parents=True, exist_ok=True)
        security = mirror.removesuffix('debian') + 'debian-security'
        lines = [f'{kind} {url} {s} main' for kind in ('deb', 'deb-src')
                 for url, s in ((mirror, suite), (mirror, suite + '-updates'), (security, suite + '-security'))]
        self.sources = self.dir / 'sources.list'
        self.sources.write_text('\n'.join(lines) + '\n')
        if not list((self.dir / 'lists').glob('*_Sources')):
            self.run('apt-get', 'update')

    def run(self, program, *args, cwd=None):
        options = [f'Dir::Etc::sourcelist={self.sources}', 'Dir::Etc::sourceparts=/dev/null',
                   f'Dir::State::lists={self.dir}/lists', f'Dir::Cache={self.dir}/cache',
                   'APT::Sandbox::User=root', 'Dir::Etc::preferencesparts=/dev/null']
        return subprocess.run([program, *(w for o in options for w in ('-o', o)), *args], check=True,
                              cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def make_root(work, apt, packages, suite):
    """A root that has what all of the packages need; one of an earlier run gets what it lacks."""
    root = work / 'root'
    needs = ('apt-get update && apt-get --yes dist-upgrade && apt-get --yes --no-install-recommends build-dep ' +
             ' '.join(p.split('=')[0] for p in packages))
    if (root / 'usr/bin/dh').exists():
        shutil.copy('/etc/resolv.conf', root / 'etc/resolv.conf')
        subprocess.run(['chroot', root, 'sh', '-c', needs], check=True, stdout=subprocess.DEVNULL,
                       env=os.environ | {'DEBIAN_FRONTEND': 'noninteractive'})
        return root
    say('making a root with mmdebstrap')
    subprocess.run(['mmdebstrap', '--mode=root', '--variant=buildd', '--include=debhelper,fakeroot',
                    f'--customize-hook=chroot "$1" sh -c "{needs}"', suite, root, '-'], check=True, text=True,
                   input=apt.sources.read_text(), stdout=subprocess.DEVNULL)
    return root


def fetch(apt, name, where):
    """Source package files in where/source, Debian's binaries in where/debs; the version."""
    source, debs = where / 'source', where / 'debs'
    for d in (source, debs):
        d.mkdir(parents=True, exist_ok=True)
    if not list(source.glob('*.dsc')):
        apt.run('apt-get', 'source', '--download-only', '--only-source', name, cwd=source)
    dsc = next(source.glob('*.dsc')).read_text()
    version = re.search(r'^Version: (\S+)', dsc, re.M)[1]
    # "hello deb devel optional arch=any"; those for other profiles or udebs are not meant
    rows = re.findall(r'^ (\S+) deb \S+ \S+ (.*)$', dsc[dsc.index('Package-List:'):], re.M)
    names = [n for n, rest in rows if re.search(r'arch=(\S*,)?(any|all|amd64|any-amd64|linux-any)\b', rest)
             and 'profile=' not in rest]
    if not list(debs.glob('*.deb')):
        for n in names:
            for want in (f'{n}={version}', n):
                try:
                    apt.run('apt-get', 'download', want, cwd=debs)
                    break
                except subprocess.CalledProcessError:
                    continue
    return version, debs, source


def add_binnmu(debs, source):
    """A rebuild by Debian's servers has an entry in its changelog that no source has."""
    for deb in sorted(debs.glob('*+b[0-9]_*.deb')):
        out = subprocess.run(['sh', '-c', 'dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards '
                              '"./usr/share/doc/*/changelog.Debian.*.gz" | gzip -d', 'sh', deb],
                             capture_output=True, text=True).stdout
        entry = re.match(r'.*?binary-only=yes.*?\n -- .*?\n\n', out, re.S)
        if entry:
            (source / 'binnmu').write_text(entry[0])
            for all_ in debs.glob('*_all.deb'):
                all_.unlink()  # such a rebuild makes only what depends on the architecture
            return True
    return False


def plain(deb):
    """The name that apt gave the file, as dpkg-buildpackage calls it: without the epoch."""
    name = re.sub(r'_\d+%3a', '_', deb.name)
    return deb.rename(deb.with_name(name)) if name != deb.name else deb


def candor(args, *words, ok=(0,)):
    run = subprocess.run([os.path.abspath(args.candor), *map(str, words)], capture_output=True, text=True)
    if run.returncode not in ok:
        raise RuntimeError(f'{" ".join(map(str, words[:2]))}: {run.returncode}: {run.stderr[-800:]}')
    return run


def build_depends(dsc):
    """What has to be installed here, without architectures and profiles."""
    fields = re.findall(r'^Build-Depends(?:-Indep|-Arch)?:((?:.*\n)(?:[ \t].*\n)*)', dsc, re.M)
    for one in ','.join(fields).replace('\n', ' ').split(','):
        arch = re.search(r'\[(.*?)\]', one)
        if arch and not {'amd64', 'any', 'linux-any', 'any-amd64'} & set(arch[1].split()) and '!' not in arch[1]:
            continue
        if re.search(r'<(?!\s*!)', one):
            continue
        if re.sub(r'[\[<].*', '', one).strip():
            yield re.sub(r'[\[<].*', '', one).strip()


def toolchain(args, apt, bundle):
    """The packages that a bundle names, as files."""
    debs = args.work / 'toolchain'
    debs.mkdir(exist_ok=True)
    text = subprocess.run(['tar', '-xOf', bundle, 'recipe/packages'], check=True, capture_output=True, text=True).stdout
    rows = [l.split() for l in text.splitlines()]
    need = [f'{n}:{a}={v}' if a != 'all' else f'{n}={v}' for n, v, a, _ in rows
            if not (debs / f'{n}_{v.replace(":", "%3a")}_{a}.deb').exists()]
    if need:
        apt.run('apt-get', 'download', *need, cwd=debs)
    return debs


def one(args, apt, root, name, key):
    where = args.work / name.split('=')[0]
    version, debs, source = fetch(apt, name, where)
    name = name.split('=')[0]
    rebuilt = add_binnmu(debs, source)
    for deb in list(debs.glob('*.deb')):
        plain(deb)
    bundle, result = where / 'x.handover', where / 'result.json'
    (where / 'build.sh').write_text(RECIPE)
    def create(*more):
        bundle.unlink(missing_ok=True)
        candor(args, 'handover', 'create', source, '--product', name, '--version', version, '--recipe',
               where / 'build.sh', '--artefact', debs, '--key', key, '--dpkg', root / 'var/lib/dpkg',
               '--build-depends', ', '.join(['fakeroot', *build_depends(next(source.glob('*.dsc')).read_text())]),
               '--date', '2026-11-29', '-o', bundle, '-q', *more)
    create()
    if not args.in_root:
        create('--with-toolchain', toolchain(args, apt, bundle))
    run = candor(args, 'handover', 'rebuild', *(['--root', root] if args.in_root else []), '-o', result, '--closure', where / 'closure',
                 '--keep', where / 'kept', '-q', *(['--blame'] if args.blame else []), bundle, ok=(0, 1))
    (where / 'report.txt').write_text(run.stdout)
    r = json.loads(result.read_text())
    say(f'{name} {version}: {r["result"]}')
    return version, rebuilt, r


def cell(a):
    """How an artefact stands to Debian's."""
    if a['result'] == 'bit-identical':
        return 'identical'
    if a['result'] != 'differs':
        return a['result']
    e = a.get('toVendor', {})
    return ('**code** ' if e.get('code') else 'only: ' if e.get('complete') else 'at least: ') + \
        (', '.join(e.get('classes', [])) or 'not explained')


def table(rows):
    print('| source package | binary package | the two builds | to Debian\'s | from | inputs |')
    print('|---|---|---|---|---|---|')
    for name, (version, rebuilt, r) in rows.items():
        for a in r['artefacts']:
            alike = 'identical' if a['asEachOther'] else 'different' + (
                ': ' + ', '.join(a['guilty']) if a.get('guilty') else '') if 'first' in a else '-'
            print(f'| {name} {version}{" (rebuilt)" if rebuilt else ""} | {a["name"].split("_")[0]} | {alike} | '
                  f'{cell(a)} | {a["sources"]} | {a["inputs"]} |')
    all_ = [a for _, _, r in rows.values() for a in r['artefacts']]
    count = lambda f: sum(bool(f(a)) for a in all_)
    print(f'\n{len(rows)} source packages, {len(all_)} binary packages: '
          f'{count(lambda a: a["asEachOther"])} the same twice, '
          f'{count(lambda a: a["result"] == "bit-identical")} bit-identical to Debian\'s, '
          f'{count(lambda a: a.get("toVendor", {}).get("code"))} with code that differs.')


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('candor')
    p.add_argument('packages', nargs='*', default=PACKAGES)
    p.add_argument('--work', type=pathlib.Path, default=pathlib.Path('packages.work'))
    p.add_argument('--root', type=pathlib.Path)
    p.add_argument('--in-root', action='store_true')
    p.add_argument('--suite', default='bookworm')
    p.add_argument('--mirror', default='http://deb.debian.org/debian')
    p.add_argument('--blame', action='store_true')
    p.add_argument('--table', action='store_true')
    args = p.parse_intermixed_args()
    args.work = args.work.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    if args.table:
        return table({p.parent.name: (r['bundle']['version'], (p.parent / 'source/binnmu').exists(), r)
                      for p in sorted(args.work.glob('*/result.json')) for r in [json.loads(p.read_text())]})
    apt = Apt(args.work, args.mirror, args.suite)
    root = args.root or make_root(args.work, apt, args.packages, args.suite)
    key = args.work / 'vendor'
    if not key.exists():
        candor(args, 'trust', 'key', '--name', 'packages.example/vendor', key)
    rows, broken = {}, []
    for name in args.packages:
        try:
            rows[name] = one(args, apt, root, name, key)
        except (RuntimeError, subprocess.CalledProcessError, StopIteration, OSError) as e:
            broken.append(name)
            say(f'{name}: {e} {getattr(e, "stderr", "") or ""}')
    table(rows)
    print('\n'.join(f'not done: {n}' for n in broken))
    return 1 if broken else 0


if __name__ == '__main__':
    sys.exit(main())
