#!/usr/bin/env python3
"""monitor.py CANDOR - candor log monitor and grep: what is new, lies, holes.

Prints TAP. Logs are folders and, for one pass, a web server on loopback.
"""
import functools
import hashlib
import html
import http.server
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from tlog import key_id, line, public, sign
from world import PUBLISHER, SEED, World, archive

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402

candor = str(pathlib.Path(sys.argv[1]).resolve())
work = pathlib.Path(tempfile.mkdtemp(prefix='candor-monitor-'))


def run(*args):
    return subprocess.run([candor, 'log', *map(str, args)], capture_output=True, text=True,
                          timeout=60, cwd=work)


def monitor(where, *more):
    return run('monitor', where, '--once', '--state', work / 'state', *more)


def evidence():
    return sorted(f.name.rsplit('.', 1)[1] for f in work.glob('state.*'))


def follow(world):
    for _ in range(3):
        world.grow()
    world.add(b'hello \x1b[31m world')
    world.checkpoint()
    r = monitor(world.log)
    check(r.returncode == 0 and '0: rules stable 1, 2026-01-02' in r.stdout and
          '3: 17 bytes: hello \\x1b[31m world' in r.stdout and 'signed as publisher.example' in r.stdout,
          'all that is there, escaped', r)
    r = monitor(world.log)
    check(r.returncode == 0 and r.stdout == '', 'nothing new, nothing said', r)
    old = work / 'old'
    shutil.copytree(world.log, old)
    shutil.copytree(world.where / 'log.private', work / 'old.private')
    world.grow()
    world.checkpoint()
    r = monitor(world.log)
    check(r.returncode == 0 and r.stdout.startswith('4: rules stable 4') and r.stdout.count('\n') == 3,
          'only what is new', r)
    good = (work / 'state').read_bytes()
    check(good == (world.log / 'checkpoint').read_bytes(), 'the state is the checkpoint')
    r = monitor(old, '--key', world.key)
    check(r.returncode == 25 and 'ALARM' in r.stderr and evidence() == ['now', 'was'], 'it shrinks: alarm', r)
    check((work / 'state').read_bytes() == good, 'and what was known stays known')
    for f in work.glob('state.*'):
        f.unlink()
    subprocess.run([candor, 'log', 'add', old, __file__], check=True, capture_output=True)
    subprocess.run([candor, 'log', 'checkpoint', old], check=True, capture_output=True)
    r = monitor(old, '--key', world.key)
    check(r.returncode == 24 and 'two trees of 5' in r.stderr, 'two trees of one size: alarm', r)
    was, now = (next(work.glob(f'state.*.{x}')).read_bytes() for x in ('was', 'now'))
    check(was == good and now == (old / 'checkpoint').read_bytes(), 'with the evidence', (was, now))
    subprocess.run([candor, 'log', 'add', old, __file__], check=True, capture_output=True)
    subprocess.run([candor, 'log', 'checkpoint', old], check=True, capture_output=True)
    r = monitor(old, '--key', world.key)
    check(r.returncode == 24 and 'past was changed' in r.stderr, 'a fork that grew: alarm', r)
    check((work / 'state').read_bytes() == good, 'the state is what was true')
    world.grow()
    world.checkpoint()
    bundle = world.log / 'tile/entries/000.p/6'
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:-9] + b'x' + whole[-8:])
    r = monitor(world.log)
    check(r.returncode == 20 and 'ALARM' not in r.stderr, 'an entry that is damaged is no lie', r)
    bundle.write_bytes(whole)
    r = monitor(world.log)
    check(r.returncode == 0 and r.stdout.startswith('5: '), 'and afterwards it goes on', r)
    (work / 'state').write_bytes(b'nonsense\n')
    r = monitor(world.log)
    check(r.returncode == 10, 'a state that is none is not ignored', r)
    (work / 'state').unlink()
    quiet = type('Quiet', (http.server.SimpleHTTPRequestHandler,), {'log_message': lambda *a: None})
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(quiet, directory=str(world.where)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f'http://127.0.0.1:{server.server_port}/log'
    r = monitor(url, '--key', world.key)
    check(r.returncode == 0 and '5: rules stable 5' in r.stdout, 'over HTTP', r)
    r = run('grep', 'stage4', url, '--key', world.key)
    check(r.returncode == 0 and r.stdout.startswith('stable 4 2026-01-05 families/family_04.yar:10 family_04:'),
          'grep over HTTP', r)
    server.shutdown()


def grep(world):
    r = run('grep', 'any of', world.log)
    check(r.returncode == 0 and r.stdout.splitlines() ==
          ['stable 3 2026-01-04 families/family_02.yar:14 family_02: '
           '\\t\\tuint16(0) == 0x5a4d and filesize < 200KB and any of ($a, $b, $c)'],
          'a line, where it was first', r)
    r = run('grep', '--all', 'any of', world.log)
    check(len(r.stdout.splitlines()) == 3, 'in each release', r)
    check(run('grep', '--since', '4', 'stage', world.log).stdout.count('stage1') == 1, 'since an index')
    check(run('grep', '--since', '2026-01-05', 'stage5', world.log).returncode == 0, 'since a day')
    check(run('grep', '--since', '2030-01-01', 'stage', world.log).returncode == 1, 'since a day to come')
    check(run('grep', 'no such thing', world.log).returncode == 1, 'nothing')
    check(run('grep', '(', world.log).returncode == 3, 'no expression')
    check(run('grep', '--since', 'soon', 'x', world.log).returncode == 20, 'no day')
    evil = b'rule evil { strings: $a = "\x1b]0;owned\x07<script>" condition: $a }\n'
    world.release({'evil.yar': evil}, b'added evil\n', rules=1, added=1)
    world.checkpoint()
    r = run('grep', 'script', world.log)
    check(r.returncode == 0 and '\x1b' not in r.stdout and '\\x1b]0;owned' in r.stdout, 'escaped', r)
    name = hashlib.sha256(archive({'evil.yar': evil})).hexdigest()
    (world.blob / name).write_bytes(archive({'evil.yar': evil.replace(b'evil', b'good')}))
    r = run('grep', 'rule', world.log)
    check(r.returncode == 18 and 'was not searched' in r.stderr and 'family_01' in r.stdout,
          'an archive that was changed is a hole, and said', r)
    (world.blob / name).unlink()
    check(run('grep', 'rule', world.log).returncode == 18, 'an archive that is gone')
    world.release({'evil.yar': b'x'}, b'', rules=1)
    (world.blob / hashlib.sha256(b'noise').hexdigest()).write_bytes(b'noise')
    world.checkpoint()


def words(world):
    """What is no release of rules is found by what it says: a program, and who said what about which file."""
    at = len(world.run('log', 'monitor', world.log, '--once', '--state', work / 'count').splitlines())
    digest = hashlib.sha256(b'the program').hexdigest()
    text = ('candor statement 1\ntype release\nchannel stable\nsequence 1\nprevious none\n'
            'date 2026-03-04T05:06:07Z\nnot-after none\nname hello\nversion 2.0\n'
            f'source {digest} 7 hello-2.0.tar\nrecipe {digest} 7 recipe\n'
            f'artefact {digest} 11 hello_2.0_amd64.deb\n').encode()
    world.add(text + b'\n' + line(PUBLISHER, key_id(PUBLISHER, 1, public(SEED)), sign(SEED, text)))
    file = work / 'hello_2.0_amd64.deb'
    file.write_bytes(b'the program')
    review = work / 'review'
    review.write_text('scope all\nfinding critical it sends files home\nresult failed\n')
    subprocess.run([candor, 'trust', 'key', work / 'c.key', '--name', 'eve.example/x'], check=True, capture_output=True)
    for name in 'review', 'again':
        subprocess.run([candor, 'attest', 'review', review, file, '-k', work / 'c.key', '-o', work / f'{name}.dsse', '--log',
                        world.log], check=True, capture_output=True)
    world.add(b'candor handover 1\n')
    world.checkpoint()
    r = run('grep', 'hello_2.0', world.log)
    said = r.stdout.splitlines()
    check(r.returncode == 18 and len(said) == 3, 'a file: who published it, and who said something', r)
    check(said[0].split(':')[0].isdigit() and int(said[0].split(':')[0]) >= at // 3 and 'release stable 1, 2026-03-04T05:06:07Z, '
          f'hello 2.0, 1 artefact: hello_2.0_amd64.deb (sha256 {digest}), signed as {PUBLISHER}' in said[0], 'a program', r)
    check(': review FAILED, ' in said[1] and f'about hello_2.0_amd64.deb (sha256 {digest}), signed as eve.example/x' in said[1],
          'a statement', r)
    check(run('grep', digest, world.log).stdout.splitlines() == said, 'by its digest')
    check(len(run('grep', 'signed as eve', world.log).stdout.splitlines()) == 2, 'by who said it')
    first = said[1].split(':')[0]
    check(run('grep', '--since', first, 'hello_2.0', world.log).stdout.splitlines() == said[1:], 'since an entry')
    check(run('grep', '--since', '2026-03-05', 'hello 2.0', world.log).stdout == '', 'since a later day')
    check('hello 2.0' in run('grep', '--since', '2026-03-04', 'hello 2.0', world.log).stdout, 'since its day')
    check(run('grep', '-i', 'REVIEW failed', world.log).stdout.splitlines() == said[1:], 'in any case')


def site(world):
    """Pages: the same twice, made once, nothing of a stranger's is a tag; the recipe works."""
    evil = b'rule evil { strings: $a = "<script>alert(1)</script>" condition: $a } // <img src=x>\n'
    world.release({'<b>&x.yar': evil}, b'added <i>evil</i>\n', rules=1, added=1)
    world.checkpoint()
    r = run('site', world.log, '-o', work / 'site')
    check(r.returncode == 18 and 'lacks something' in r.stderr, 'pages; one lacks its archive', r)
    pages = {f.name: f.read_text() for f in (work / 'site').rglob('*.html')}
    bad = [n for n, t in pages.items() if any(x in t for x in ('<script', '<img', '<i>', '<b>'))]
    check(len(pages) > 5 and not bad, 'nothing that was logged is a tag', bad)
    check('&lt;script&gt;' in ''.join(pages.values()), 'and all of it is there')
    r = run('site', world.log, '-o', work / 'site2')
    other = {f.name: f.read_text() for f in (work / 'site2').rglob('*.html')}
    check(pages == other, 'the same log, the same bytes')
    r = run('site', world.log, '-o', work / 'site')
    check(' 1 page made' in r.stdout, 'only what lacked something is made again', r)
    recipe = html.unescape(re.search(r"vkey='.*?</pre>", pages['index.html'], re.S)[0][:-6])
    hand = work / 'hand'
    hand.mkdir()
    shutil.copy(world.log / 'checkpoint', hand)
    r = subprocess.run(['sh', '-c', recipe], cwd=hand, capture_output=True, text=True)
    check('Signature Verified Successfully' in r.stdout, 'the checkpoint by hand, as the page says', r)


try:
    world = World(candor, work / 'w')
    follow(world)
    grep(world)
    words(world)
    site(world)
finally:
    shutil.rmtree(work)
done()
