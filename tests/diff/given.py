#!/usr/bin/env python3
"""Compares candor's magic and cuckoo with Debian's yara's.

    given.py CANDOR [FILE]...       CANDOR: the program, build-check/bin/candor

magic: type() and mime_type() of each FILE (- : names from standard input; none: some of
this system's). cuckoo: what every function says of some reports, by chance and by hand,
in three ways: true, false, defined. Exit 1 when anything differs.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

MAGIC = '''import "magic"
import "console"
rule a { condition: console.log("type ", magic.type()) }
rule b { condition: console.log("mime ", magic.mime_type()) }
rule c { condition: not defined magic.type() }
'''
WORDS = ['a', 'evil', 'a.example', 'GET', 'POST', 'get', 'HEAD', '10.0.0.1', 'C:\\x', '']
TEXT_LISTS = {'network': ['hosts'], 'summary': ['mutexes', 'files', 'keys']}
CALLS = [f'network.{f}(/{re}/)' for f in ('dns_lookup', 'http_get', 'http_post', 'http_request',
                                          'http_user_agent', 'host') for re in ('evil', '^a$')]
CALLS += [f'network.{f}(/{re}/, {port})' for f in ('tcp', 'udp') for re in ('evil', '10')
          for port in (0, 53, 80, -1)]
CALLS += [f'{f}(/{re}/)' for f in ('registry.key_access', 'filesystem.file_access', 'sync.mutex')
          for re in ('evil', '^a')]


def rules():
    text = 'import "cuckoo"\n'
    for i, call in enumerate(CALLS):
        call = 'cuckoo.' + call
        text += (f'rule yes{i} {{ condition: {call} }}\nrule no{i} {{ condition: not {call} }}\n'
                 f'rule one{i} {{ condition: {call} == 1 }}\n'
                 f'rule defined{i} {{ condition: defined {call} }}\n')
    return text


def some(dice):
    """A value that belongs in a report, or not."""
    return dice.choice([dice.choice(WORDS)] * 5 + [dice.choice([0, 53, 80, 2**32 + 80, 80.0])] * 3
                       + [None, True, [], {}])


def entry(dice):
    keys = ['ip', 'domain', 'uri', 'method', 'user-agent', 'dst', 'dport']
    made = {k: some(dice) for k in keys if dice.random() < .85}
    if dice.random() < .7:
        made['dport'] = dice.choice([53, 80, 2**32 + 80])
    if dice.random() < .7:
        made.update(method=dice.choice(WORDS[3:7]), dst='10.0.0.1', domain='evil', ip='')
    return made if dice.random() < .9 else some(dice)


def report(seed):
    dice = random.Random(seed)
    network = {k: [entry(dice) for _ in range(dice.randrange(4))]
               for k in ('domains', 'dns', 'http', 'tcp', 'udp') if dice.random() < .9}
    # yara reads an element of these that is no text as a text: a crash, so there is none
    network['hosts'] = [dice.choice(WORDS) for _ in range(dice.randrange(4))]
    summary = {k: [dice.choice(WORDS) for _ in range(dice.randrange(4))]
               for k in TEXT_LISTS['summary'] if dice.random() < .9}
    made = {'network': network, 'behavior': {'summary': summary}}
    for part in list(made):
        if dice.random() < .05:
            made[part] = some(dice)
    return json.dumps(made)


BY_HAND = ['{}', '[]', '{"network": 7}', '{"behavior": []}', '{"behavior": {"summary": 1}}',
           '{"network": {"http": {}}, "network": {"hosts": ["evil"]}}', '{"network": {"hosts": {}}}']


def say(command, *args):
    run = subprocess.run(command + list(args), capture_output=True)
    return run.stdout.splitlines(), run.returncode


def magic(candor, files, folder):
    path = os.path.join(folder, 'm.yar')
    names = os.path.join(folder, 'names')
    open(path, 'w').write(MAGIC)
    open(names, 'w').write('\n'.join(files) + '\n')
    args = ['-p', '1', '--scan-list', path, names]
    want, have = say(['yara'], *args), say([candor, 'yara'], *args)
    wrong = sum(w != h for w, h in zip(want[0], have[0])) + abs(len(want[0]) - len(have[0]))
    for w, h in [(w, h) for w, h in zip(want[0], have[0]) if w != h][:5]:
        print(f'magic: yara {w}, candor {h}')
    print(f'magic: {len(files)} files, {wrong} lines differ')
    return wrong


def cuckoo(candor, folder, reports):
    path = os.path.join(folder, 'c.yar')
    data = os.path.join(folder, 'report.json')
    open(path, 'w').write(rules())
    wrong = 0
    for text in reports:
        open(data, 'w').write(text)
        args = ['-x', 'cuckoo=' + data, path, path]
        want, have = say(['yara'], *args), say([candor, 'yara'], *args)
        if want != have:
            wrong += 1
            print(f'cuckoo: {text}: {sorted(set(want[0]) ^ set(have[0]))[:4]}')
    print(f'cuckoo: {len(reports)} reports, {len(CALLS)} calls each, {wrong} reports differ')
    return wrong


def main(candor, *files):
    if list(files) == ['-']:
        files = sys.stdin.read().splitlines()
    if not files:
        files = [f.path for d in ('/usr/bin', '/usr/include', '/etc') for f in
                 sorted(os.scandir(d), key=lambda f: f.name) if f.is_file()][:200]
    with tempfile.TemporaryDirectory(prefix='candor-given-') as folder:
        wrong = magic(candor, files, folder)
        wrong += cuckoo(candor, folder, BY_HAND + [report(i) for i in range(60)])
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
