"""world.py - a log with releases of rules, and the files they name, for tests.

Written from docs/release.md; nothing of the publisher's C code is used. As a program:
world.py CANDOR DIR N makes DIR/log and DIR/blob with N releases, to look at.
"""
import hashlib
import pathlib
import subprocess
import sys
import time

from tlog import key_id, line, public, sign, vkey

PUBLISHER, SEED = 'publisher.example', bytes([7] * 32)


def member(name, data):
    """One file of the canonical ustar (docs/release.md, The archive)."""
    def field(text, n):
        return text.encode().ljust(n, b'\0')
    h = (field(name, 100) + field('0000644', 8) + field('0000000', 8) * 2 +
         field(f'{len(data):011o}', 12) + field('00000000000', 12) + b' ' * 8 + b'0' +
         field('', 100) + b'ustar\0' + b'00' + field('', 64) + field('0000000', 8) * 2 + field('', 167))
    h = h[:148] + f'{sum(h):06o}\0 '.encode() + h[156:]
    return h + data + b'\0' * (-len(data) % 512)


def archive(files):
    return b''.join(member(n, files[n]) for n in sorted(files)) + b'\0' * 1024


class World:
    def __init__(self, candor, where):
        self.candor, self.where = candor, pathlib.Path(where)
        self.log, self.blob = self.where / 'log', self.where / 'blob'
        self.blob.mkdir(parents=True)
        self.key = self.run('log', 'init', self.log, '--origin', 'log.example/candor').strip()
        self.sequence, self.previous, self.date = 0, None, 1767225600
        self.files = {}

    def run(self, *args, code=0):
        r = subprocess.run([self.candor, *map(str, args)], capture_output=True, text=True, timeout=120)
        assert r.returncode == code, (args, r)
        return r.stdout

    def put(self, data):
        name = hashlib.sha256(data).hexdigest()
        (self.blob / name).write_bytes(data)
        return f'{name} {len(data)}'

    def add(self, data):
        f = self.where / 'entry'
        f.write_bytes(data)
        self.run('log', 'add', self.log, f)
        f.unlink()

    def checkpoint(self):
        self.run('log', 'checkpoint', self.log)

    def release(self, files, diff, added=0, changed=0, removed=0, rules=0, channel='stable'):
        """A release of rules: its files, its statement, its entry."""
        self.sequence += 1
        self.date += 86400
        text = (f'candor statement 1\ntype rules\nchannel {channel}\nsequence {self.sequence}\n'
                f'previous {hashlib.sha256(self.previous).hexdigest() if self.previous else "none"}\n'
                f'date {time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.date))}\nnot-after none\n'
                f'archive {self.put(archive(files))}\ndiff {self.put(diff)}\n'
                f'rules {rules}\nadded {added}\nchanged {changed}\nremoved {removed}\n').encode()
        self.previous = text
        self.add(text + b'\n' + line(PUBLISHER, key_id(PUBLISHER, 1, public(SEED)), sign(SEED, text)))

    def grow(self):
        """The next release: a rule more, one changed, now and then one less."""
        n = self.sequence + 1
        name = f'family_{n:02}'
        rule = (f'import "pe"\n\n/* family {n}: seen in the wild */\nrule {name} : trojan dropper\n{{\n\tmeta:\n'
                f'\t\tauthor = "candor"\n\t\treason = "sample {n * 7919 % 9973:04x} was sent in"\n\tstrings:\n'
                f'\t\t$a = "stage{n}.bin" ascii wide nocase\n\t\t$b = {{ 4d 5a ?? {n:02x} [2-6] 50 45 }}\n'
                f'\t\t$c = /https?:\\/\\/[a-z]{{{n},40}}\\.example\\/gate/i\n\tcondition:\n'
                f'\t\tuint16(0) == 0x5a4d and filesize < {n}00KB and 2 of ($a, $b, $c)\n}}\n').encode()
        diff = f'added {name}: sample {n * 7919 % 9973:04x} was sent in\n+ $a = "stage{n}.bin"\n'
        added, changed, removed = 1, 0, 0
        self.files[f'families/{name}.yar'] = rule
        if n % 3 == 0:
            other = f'families/family_{n - 1:02}.yar'
            self.files[other] = self.files[other].replace(b'2 of', b'any of')
            diff += f'changed family_{n - 1:02}: too strict\n- 2 of ($a, $b, $c)\n+ any of ($a, $b, $c)\n'
            changed = 1
        if n % 7 == 0:
            gone = f'families/family_{n - 4:02}.yar'
            del self.files[gone]
            diff += f'removed family_{n - 4:02}: found in a clean file\n'
            removed = 1
        self.release(self.files, diff.encode(), added, changed, removed, len(self.files))


if __name__ == '__main__':
    world = World(str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2])
    for _ in range(int(sys.argv[3])):
        world.grow()
        world.checkpoint()
    print(world.key)
