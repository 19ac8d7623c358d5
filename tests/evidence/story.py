"""story.py - a vendor, a log, a witness, three examiners and a client, for tests.

Everything is done with the programs as they are installed, by the commands of
docs/attest.md; the only thing that is made up here is what a rebuild found.
"""
import base64
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'log'))
import tlog  # noqa: E402
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import ok, done  # noqa: E402


def sha(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Story:
    def __init__(self, candor, where):
        self.candor, self.where = candor, pathlib.Path(where)
        self.site, self.log = self.where / 'site', self.where / 'site/log'
        self.conf = self.where / 'etc'
        self.state = self.where / 'state'
        for d in self.site, self.conf:
            d.mkdir(parents=True)
        self.log_key = self.run('log', 'init', self.log, '--origin', 'log.example/candor').stdout.strip()
        self.vkey = {n: self.key(n) for n in ('publisher', 'a', 'b', 'c', 'stranger')}
        self.witness_seed = bytes([9] * 32)
        self.witness = tlog.vkey('witness.example', 4, self.witness_seed)
        (self.conf / 'trust').write_text(f'log {self.log_key}\nwitness w {self.witness}\nquorum w\n')
        (self.conf / 'candor.conf').write_text(f'publisher = {self.vkey["publisher"]}\n')
        self.examiners('examiners 2-of-3\n')

    def run(self, *args, code=0):
        r = subprocess.run([self.candor, *map(str, args)], capture_output=True, text=True, timeout=120)
        if code is not None and r.returncode != code:
            raise AssertionError((args, r))
        return r

    def key(self, name):
        return self.run('trust', 'key', self.where / f'{name}.key', '--name',
                        f'{name}.example/x').stdout.split()[-1]

    def examiners(self, rules):
        (self.conf / 'examiners').write_text(''.join(
            f'examiner {n} {self.vkey[n]}\n' for n in 'abc') + rules)

    def result(self, files, word='bit-identical'):
        f = self.where / 'result.json'
        f.write_text(json.dumps({'type': 'rebuild', 'artefacts': [
            {'name': p.name, 'sha256': sha(p), 'result': word} for p in files]},
            separators=(',', ':')))
        return f

    def attest(self, who, files, word='bit-identical', *more, out=None, log=True):
        out = out or self.where / f'{who}.dsse'
        self.run('attest', 'rebuild', self.result(files, word), *files, '-k',
                 self.where / f'{who}.key', '-o', out, *(['--log', self.log] if log else []), *more)
        return out

    def forge(self, who, predicate, subjects, out, signed_by=None, log=True):
        """An envelope made here (DSSE 1.0.2, protocol.md), not by candor; then logged."""
        payload = json.dumps({
            '_type': 'https://in-toto.io/Statement/v1', 'predicate': predicate,
            'subject': [{'name': p.name, 'digest': {'sha256': sha(p)}} for p in subjects],
            'predicateType': 'https://candor.example/predicate/rebuild/v1'}).encode()
        kind = b'application/vnd.in-toto+json'
        pae = b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(payload), payload)
        line = (self.where / f'{signed_by or who}.key').read_text().split('+')
        seed = base64.b64decode('+'.join(line[4:]))[1:]
        out.write_text(json.dumps({
            'payloadType': kind.decode(), 'payload': base64.urlsafe_b64encode(payload).decode(),
            'signatures': [{'keyid': '+'.join(self.vkey[who].split('+')[:2]),
                            'sig': base64.b64encode(tlog.sign(seed, pae)).decode()}]}, indent=1))
        if log:
            self.run('log', 'add', self.log, out)
            self.run('log', 'checkpoint', self.log)
        return out

    def cosign(self):
        """The witness sees the log as it is: one more line in its checkpoint."""
        f = self.log / 'checkpoint'
        note = f.read_bytes()
        if b'witness.example' in note:
            return
        text = note[:note.rindex(b'\n\n') + 1]
        now = int(time.time())
        identity = tlog.key_id('witness.example', 4, tlog.public(self.witness_seed))
        sig = tlog.sign(self.witness_seed, f'cosignature/v1\ntime {now}\n'.encode() + text)
        f.write_bytes(note + tlog.line('witness.example', identity, now.to_bytes(8, 'big') + sig))

    def pack(self, *statements):
        """What the client is shown from now on: these and no others."""
        self.cosign()
        shutil.rmtree(self.site / 'statements', ignore_errors=True)
        for s in statements:
            self.run('attest', 'prove', s, '--log', self.log)
        if statements:
            self.run('attest', 'pack', self.site, *statements)

    def client(self, verb, *args, code=None, state=None):
        return self.run(verb, f'--config={self.conf}/candor.conf', f'--state={state or self.state}',
                        *args, code=code)
