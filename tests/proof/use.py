#!/usr/bin/env python3
"""use.py CANDOR SELFTEST - releases installed, used, gone back to, replaced. TAP."""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import ok, done  # noqa: E402

candor, selftest = sys.argv[1:3]
EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR' + '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'


class Quiet(http.server.SimpleHTTPRequestHandler):
    asked = []
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def do_GET(self):
        # the bytes as they came: headers in their order and spelling
        Quiet.asked.append(f'{self.requestline}\r\n' + ''.join(
            f'{k}: {v}\r\n' for k, v in self.headers.items()) + '\r\n')
        super().do_GET()


class Client:
    def __init__(self, world, name):
        self.world, self.state = world, world / name
        self.where = [f'--config={world}/client/candor.conf', f'--state={self.state}']

    def run(self, verb, *args, **more):
        return subprocess.run([candor, verb, *self.where, *args], capture_output=True, text=True,
                              timeout=60, **more)

    def update(self, *args, **more):
        return self.run('update', *(args or [str(self.world / 'site')]), **more)

    def installed(self):
        about = self.state / 'stable/current/about'
        return dict(l.split(' ', 1) for l in about.read_text().splitlines())['sequence']


def offer(world, n):
    stable = world / 'site/rules/stable'
    shutil.copy(stable / str(n), stable / 'new')
    os.rename(stable / 'new', stable / 'latest')


def lab(parent, name, *args):
    world = pathlib.Path(parent) / name
    world.mkdir()
    subprocess.run([selftest, 'lab', str(world), *args], check=True)
    (world / 'eicar').write_text(EICAR)
    (world / 'mine').write_text('my own secret')
    return world


def scanning(world):
    c = Client(world, 'state')
    files = [str(world / 'eicar'), str(world / 'mine')]
    rules = world / 'client/rules.d'
    conf = world / 'client/candor.conf'

    r = c.run('scan', *files)
    ok('without a release: the base rules', r.returncode == 1 and 'eicar_test_file' in r.stdout and
       'rules: base\n' in r.stderr, r)
    r = c.update()
    ok('a release is installed', r.returncode == 0 and r.stdout.startswith('installed: stable 3'), r)
    r = c.update()
    ok('once more: nothing new', r.returncode == 0 and r.stdout.startswith('current: stable 3'), r)
    r = c.run('scan', *files)
    ok('the release is used, and named', r.returncode == 1 and 'malicious  eicar  ' in r.stdout and
       'rules: stable 3 (lab.example/log 2)\n' in r.stderr, r)

    rules.mkdir()
    (rules / 'part.inc').write_text('rule inner { strings: $a = "secret" condition: $a }\n')
    (rules / 'own.yar').write_text('include "part.inc"\nrule own { condition: inner }\n')
    r = c.run('scan', *files)
    ok("the owner's rules are local", 'malicious  local:own  ' in r.stdout and 'malicious  eicar  ' in
       r.stdout and 'and local ones from 1 file in' in r.stderr, r)
    lines = [json.loads(l) for l in c.run('scan', '--json', *files).stdout.splitlines()]
    sources = {x['rule']: x['source'] for l in lines for x in l.get('rules', [])}
    used = lines[-1]['rules_in_use']
    ok('in JSON, too', sources == {'eicar': 'release', 'own': 'local', 'inner': 'local'} and
       (used['source'], used['channel'], used['sequence'], used['index']) == ('release', 'stable', 3, 2),
       lines)
    r = c.run('scan', '-r', str(rules), *files)
    ok('with -r neither is used', 'malicious  own  ' in r.stdout and 'eicar' not in r.stdout.split('/')[0]
       and 'rules:' not in r.stderr, r)

    text = conf.read_text()
    conf.write_text(text + 'local-rules = no\n')
    r = c.run('scan', *files)
    ok('the configuration forbids them', 'own' not in r.stdout and 'local' not in r.stderr, r)
    conf.write_text(text)
    (rules / 'own.yar').write_text('rule broken {\n')
    r = c.run('scan', *files)
    ok('a broken local rule is told', r.returncode == 2 and 'own.yar' in r.stderr and not r.stdout, r)
    shutil.rmtree(rules)
    about = c.state / 'stable/current/about'
    about.write_text(about.read_text().replace('built ', 'built 0.0.'))
    r = c.run('scan', *files)
    ok('what another version compiled is compiled again', 'malicious  eicar  ' in r.stdout and
       'stable 3' in r.stderr, r)
    r = c.update()
    ok('and replaced by the next update', r.returncode == 0 and r.stdout.startswith('installed: stable 3')
       and 'built 0.0.' not in about.read_text(), r)
    about.write_text('rubbish\n')
    r = c.run('scan', *files)
    ok('a damaged installation is told', r.returncode == 2 and 'damaged' in r.stderr, r)
    r = c.update()
    ok('and cured by an update', r.returncode == 0 and c.installed() == '3', r)
    conf.write_text(text.replace('publisher', 'editor'))
    r = c.run('scan', *files)
    ok('a wrong configuration is told', r.returncode == 2 and 'candor.conf:1:' in r.stderr, r)
    conf.write_text(text)


def back_and_forth(world):
    c = Client(world, 'state')
    for n in (1, 2, 3):
        offer(world, n)
        c.update()
    r = c.run('update', '--rollback', '--check')
    ok('could go back', r.returncode == 0 and c.installed() == '3', r)
    r = c.run('update', '--rollback')
    ok('back to the one before, and it says so', r.returncode == 0 and c.installed() == '2' and
       'went back: stable 2' in r.stdout and 'older release' in r.stdout, r)
    r = c.run('scan', str(world / 'eicar'))
    ok('it is in use', 'rules: stable 2 ' in r.stderr, r)
    r = c.run('update', '--rollback', '--to', '1')
    ok('back to a named one', r.returncode == 0 and c.installed() == '1', r)
    offer(world, 2)
    r = c.update()
    ok('a server cannot keep it there', r.returncode == 25 and c.installed() == '1', r)
    offer(world, 3)
    r = c.update()
    ok('the next update goes on', r.returncode == 0 and c.installed() == '3', r)
    kept = next((c.state / 'stable/releases').glob('2-*'))
    (kept / 'archive').write_bytes(b'x' * (kept / 'archive').stat().st_size)
    r = c.run('update', '--rollback')
    ok('not to one that was changed', r.returncode == 50 and c.installed() == '3', r)
    proof = (kept / 'proof').read_text()
    (kept / 'proof').write_text(proof.replace('lab.example/w1', 'lab.example/x1').replace(
        'lab.example/w2', 'lab.example/x2'))
    r = c.run('update', '--rollback')
    ok('nor to one that is not logged', r.returncode == 17 and c.installed() == '3', r)
    r = c.run('update', '--rollback', '--to', '9')
    ok('nor to one that is not there', r.returncode == 56, r)
    r = c.update('--check', str(world / 'site'))
    ok('nothing is new', r.returncode == 0 and r.stdout.startswith('current'), r)
    other = Client(world, 'other')
    r = other.update('--check', '--json', str(world / 'site'))
    ok('a dry run', r.returncode == 0 and json.loads(r.stdout)['result'] == 'offered' and
       not (other.state / 'stable/current').exists(), r)


def requests(world):
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), lambda *a: Quiet(
        *a, directory=str(world / 'site')))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f'http://127.0.0.1:{server.server_address[1]}'
    asked = []
    for n, (name, before) in enumerate((('new', 0), ('old', 2), ('older', 1))):
        c = Client(world, name)
        for i in range(1, before + 1):
            offer(world, i)
            c.update()
        offer(world, 3)
        Quiet.asked = []
        r = c.update('--print-requests', url, env={'HOME': f'/home/user{n}', 'LANG': 'de_DE.UTF-8'})
        ok(f'by HTTP, {name}', r.returncode == 0 and c.installed() == '3', r)
        asked.append(list(Quiet.asked))
        # two of them travel at once, so they may come in another order
        shown = sorted(r.stdout.split('installed')[0].replace('\r', '').split('\n\n')[:-1])
        ok('the requests are shown as they were',
           shown == sorted(a.replace('\r', '').rstrip('\n') for a in asked[-1]), (shown, asked[-1]))
    ok('every request is the same whoever asks', set(asked[0]) == set(asked[1]) == set(asked[2]), asked)
    text = ''.join(asked[1])
    ok('and tells nothing', not any(w in text for w in ('If-', 'Cookie', 'Range', 'Language', 'user', '0.1')
                                    if w != '0.1' or 'candor/0.1' in text), text)
    Quiet.asked = []
    r = Client(world, 'new').update(url)
    ok('when nothing is new, nothing more is asked', len(Quiet.asked) == 2, Quiet.asked)
    server.shutdown()


def rotation(world):
    c = Client(world, 'state')
    offer(world, 2)
    ok('by the first key', c.update().returncode == 0)
    shutil.copy(world / 'site/rules/stable/3', world / 'third')
    # the lab's last one, by the new key, is what latest was before offer
    r = subprocess.run([selftest, 'lab', str(world / 'again'), '3', 'rotate'], capture_output=True)
    shutil.rmtree(world / 'site')
    shutil.copytree(world / 'again/site', world / 'site')
    c2 = Client(world, 'fresh')
    r = c2.update()
    ok('a change of key is followed, by a new client', r.returncode == 0 and c2.installed() == '4' and
       'key was replaced' in r.stdout, r)
    seen = (c2.state / 'stable/seen').read_text()
    ok('and remembered', '\nkey ' in seen, seen)
    r = c2.update()
    ok('once', r.returncode == 0 and 'key was replaced' not in r.stdout, r)
    shutil.rmtree(world / 'site/keys')
    r = c2.update()
    ok('also when the server does not show it any more', r.returncode == 0, r)
    offer(world, 3)
    r = c2.update()
    ok('the old key signs no more', r.returncode == 43 and c2.installed() == '4', r)


def two_at_once(world):
    c = Client(world, 'state')
    ps = [subprocess.Popen([candor, 'update', *c.where, str(world / 'site')], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL) for _ in range(6)]
    codes = [p.wait() for p in ps]
    ok('several at once: one works, the others say so', set(codes) <= {0, 26} and 0 in codes and
       c.installed() == '3', codes)


with tempfile.TemporaryDirectory(prefix='candor-use-') as d:
    os.chmod(d, 0o755)
    scanning(lab(d, 'scan', '3'))
    back_and_forth(lab(d, 'back', '3'))
    requests(lab(d, 'ask', '3'))
    w = lab(d, 'keys', '3')
    (w / 'again').mkdir()
    rotation(w)
    two_at_once(lab(d, 'race', '3'))
done()
