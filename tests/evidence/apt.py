#!/usr/bin/env python3
"""apt.py CANDOR CANDOR-APT - packages that apt unpacks, and those it must not. TAP.

With the real apt-get and dpkg in a root of their own, where they are and may do that; the
protocol is fed by hand in any case.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from story import Story, done, ok

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'handover'))
import vendor  # noqa: E402

candor, hook = map(os.path.abspath, sys.argv[1:3])


def package(folder, name, version, text):
    """A .deb with one file."""
    tree = folder / f'tree-{name}-{version.replace(":", "%")}'
    (tree / 'DEBIAN').mkdir(parents=True)
    (tree / 'usr/share').mkdir(parents=True)
    (tree / 'usr/share' / name).write_text(text)
    (tree / 'DEBIAN/control').write_text(
        f'Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: a <a@b.example>\n'
        'Description: a test\n')
    deb = folder / f'{name}_{version.split(":")[-1]}_all.deb'
    subprocess.run(['dpkg-deb', '--root-owner-group', '-b', str(tree), str(deb)], check=True,
                   capture_output=True)
    return deb


def ask(s, text, conf=None):
    return subprocess.run([hook, '--config', str(conf or s.conf / 'candor.conf')], input=text,
                          capture_output=True, text=True, timeout=60)


def line(name, deb, version='1.0-1'):
    return f'{name} - - none < {version} all none {deb}\n'


HEAD = 'VERSION 3\nAPT::Architecture=amd64\n\n'


def by_hand(s, good, other):
    def permitted(name, text):
        r = ask(s, text)
        ok(name, r.returncode == 0 and r.stderr == '', r)

    def refused(name, text, words):
        r = ask(s, text)
        ok(name, r.returncode == 1 and words in r.stderr and r.stderr.startswith('candor-apt: '), r)

    permitted('nothing to do', HEAD)
    permitted('a package that was rebuilt', HEAD + line('good', good))
    permitted('with an epoch', HEAD + line('good', good, '3:1.0-1'))
    permitted('a package that nobody asks about', HEAD + line('other', other))
    permitted('only configured', HEAD + 'good 1 all none < 1.0-1 all none **CONFIGURE**\n')
    permitted('removed', HEAD + 'good 1 all none > - - none **REMOVE**\n')
    refused('other bytes', HEAD + line('good', other), '0 of the 2 examiners')
    refused('among others', HEAD + line('other', other) + line('good', other), '1 of 1 packages')
    refused('another version', HEAD + line('good', good, '2.0-1'), 'under another name')
    refused('another package under its name', HEAD + line('goodies', good), 'under another name')
    refused('a file that is not there', HEAD + line('good', '/nowhere/x.deb'), 'cannot read')
    refused('version 2', 'VERSION 2\n\ngood - < 1.0-1 /x.deb\n', 'version 3')
    refused('nothing at all', '', 'version 3')
    refused('half a line', HEAD + line('good', good)[:-9], 'does not end')
    tar = s.state / 'statements.tar'
    data = tar.read_bytes()
    broken = [(f'{hashlib.sha256(t).hexdigest()}.dsse', False, t) for t in (b'no envelope %d' % i for i in range(17))]
    tar.write_bytes(vendor.tar(sorted(vendor.parts(tar) + broken), mtime=0))
    r = ask(s, HEAD + line('good', good))
    ok('17 damaged statements: permitted, and told in a line', r.returncode == 0 and r.stderr.count('\n') == 1 and
       r.stderr.startswith('candor-apt: 17 statements of examiners are damaged') and r.stderr.endswith(', and 1 more\n'), r)
    r = ask(s, HEAD + line('good', other))
    ok('and when it refuses', r.returncode == 1 and 'candor-apt: 17 statements' in r.stderr, r)
    tar.write_bytes(b'x' + data)
    refused('statements that cannot be read', HEAD + line('good', good), 'no archive')
    tar.unlink()
    refused('no statements', HEAD + line('good', good), '0 of the 2 examiners')
    tar.write_bytes(data)
    trust = (s.conf / 'trust').read_text()
    (s.conf / 'trust').unlink()
    refused('no trust file', HEAD + line('good', good), 'no trust file')
    (s.conf / 'trust').write_text(trust)
    r = ask(s, HEAD + line('good', good), s.conf / 'nothing.conf')
    ok('no configuration where there must be one', r.returncode == 1, r)
    for args, code in (['--help'], 0), (['--nonsense'], 1):
        ok('usage', subprocess.run([hook, *args], capture_output=True, stdin=subprocess.DEVNULL)
           .returncode == code)


class Root:
    """A root for apt and dpkg, in a folder."""

    def __init__(self, s):
        self.dir = s.where / 'root'
        for d in ('var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/apt/lists/partial', 'var/log',
                  'var/cache/apt/archives/partial', 'etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'usr'):
            (self.dir / d).mkdir(parents=True)
        for f in ('var/lib/dpkg/status', 'var/lib/dpkg/available', 'etc/apt/sources.list'):
            (self.dir / f).touch()
        wrapper = s.where / 'hook'
        wrapper.write_text(f'#!/bin/sh\nexec {hook} --config {s.conf}/candor.conf\n')
        wrapper.chmod(0o755)
        self.conf = s.where / 'apt.conf'
        self.conf.write_text(
            f'Dir "{self.dir}";\nDir::State::status "{self.dir}/var/lib/dpkg/status";\n'
            f'Dir::Log "{self.dir}/var/log";\nAPT::Architecture "amd64";\nAPT::Sandbox::User "root";\n'
            f'DPkg::Options {{ "--root={self.dir}"; "--force-not-root"; "--force-bad-path"; }};\n'
            'DPkg::Use-Pty "false";\n'
            f'DPkg::Pre-Install-Pkgs {{ "{wrapper}"; }};\n'
            f'DPkg::Tools::Options::{wrapper}::Version "3";\n')

    def install(self, *debs):
        env = dict(os.environ, APT_CONFIG=str(self.conf), LC_ALL='C', DEBIAN_FRONTEND='noninteractive')
        return subprocess.run(['apt-get', 'install', '-y', '--allow-downgrades', *map(str, debs)], env=env,
                              capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)

    def has(self, name):
        return (self.dir / 'usr/share' / name).exists()


def with_apt(s, good, other, bad):
    root = Root(s)
    r = root.install(other)
    if r.returncode != 0 and not root.has('other'):
        print('# apt-get does not install here: ' + r.stderr.strip().replace('\n', ' | ')[:300])
        ok('the real apt # SKIP it does not install into a folder here', True)
        return
    ok('apt: a package that nobody asks about', root.has('other'), r)
    r = root.install(bad)
    ok('apt: one that nobody rebuilt is not unpacked', r.returncode != 0 and not root.has('good') and
       'candor-apt: ' in r.stderr and '0 of the 2 examiners' in r.stderr, r)
    r = root.install(good)
    ok('apt: one that two rebuilt is', r.returncode == 0 and root.has('good'), r)
    s.pack(s.where / 'a.dsse', s.where / 'b.dsse', s.attest('c', [good], 'differs'))
    s.client('update', '--statements', s.site, code=0)
    shutil.rmtree(root.dir)
    root = Root(s)
    r = root.install(good, other)
    ok('apt: somebody objects, and nothing is unpacked', r.returncode != 0 and not root.has('good') and
       not root.has('other') and "'c' objects" in r.stderr, r)


with tempfile.TemporaryDirectory(prefix='candor-apt-') as folder:
    os.chmod(folder, 0o755)
    s = Story(candor, folder)
    work = pathlib.Path(folder) / 'debs'
    work.mkdir()
    good = package(work, 'good', '1.0-1', 'good\n')
    other = package(work, 'other', '1.0-1', 'other\n')
    (work / 'bad').mkdir()
    bad = package(work / 'bad', 'good', '1.0-1', 'bad\n')
    s.examiners('package good* 2-of-3\n')
    (s.conf / 'candor.conf').write_text(f'state = {s.state}\n')
    s.pack(s.attest('a', [good]), s.attest('b', [good]))
    s.client('update', '--statements', s.site, code=0)
    by_hand(s, good, other)
    with_apt(s, good, other, bad)
    (s.conf / 'examiners').write_text('examiner what\n')
    r = ask(s, HEAD + line('other', other))
    ok('a file of examiners that cannot be read', r.returncode == 1 and 'line 1' in r.stderr, r)
done()
