#!/usr/bin/env python3
"""whole.py CANDOR - a vendor hands over, two examiners rebuild and attest, a client takes it. TAP.

Nothing is made up: the bundle is created, built again twice, the results are attested,
logged, cosigned, packed, and the release is taken, or not. Where the kernel gives no
namespaces the rebuild cannot be done, and all is skipped.
"""
import base64
import json
import os
import sys
import tempfile

from story import Story, done, ok, sha

candor = os.path.abspath(sys.argv[1])
GOOD = 'cp "$SOURCE/hello.sh" "$OUT/hello"\n'
CLOCK = GOOD + 'date +%N >>"$OUT/hello"\n'  # it will never be the same


def vendor(s, name, recipe):
    """A bundle whose artefact was built by its own recipe."""
    at = s.where / name
    (at / 'source').mkdir(parents=True)
    (at / 'dist').mkdir()
    (at / 'source/hello.sh').write_text('echo hello\n')
    (at / 'build.sh').write_text(recipe)
    env = f'cd {at} && SOURCE=source OUT=dist sh build.sh'
    assert os.system(env) == 0
    s.run('handover', 'create', at / 'source', '--product', 'hello', '--version', '1.0', '--date',
          '2026-11-29', '--recipe', at / 'build.sh', '--artefact', at / 'dist', '--key',
          s.where / 'publisher.key', '-o', at / 'hello.handover', '-q')
    return at / 'hello.handover', at / 'dist/hello', at / 'build.sh'


def rebuild(s, bundle):
    out = bundle.with_suffix('.json')
    r = s.run('handover', 'rebuild', bundle, '-q', '-o', out, code=None)
    return out, r


def attest(s, who, result, *subjects):
    out = s.where / f'{result.parent.name}-{who}.dsse'
    s.run('attest', 'rebuild', result, *subjects, '-k', s.where / f'{who}.key', '-o', out, '--log', s.log)
    return out


with tempfile.TemporaryDirectory(prefix='candor-whole-') as folder:
    os.chmod(folder, 0o755)
    s = Story(candor, folder)
    bundle, artefact, recipe = vendor(s, 'good', GOOD)
    result, r = rebuild(s, bundle)
    if r.returncode == 2 or not result.exists():
        print('# ' + r.stderr.strip().replace('\n', ' | ')[:300])
        ok('the whole way # SKIP a rebuild cannot be done here', True)
        done()
    ok('rebuilt: bit-identical', r.returncode == 0 and json.loads(result.read_text())['result'] == 'bit-identical', r)
    a, b = (attest(s, who, result, bundle) for who in 'ab')
    payload = json.loads(base64.b64decode(json.loads(a.read_text())['payload']))
    ok('MANIFEST and the artefact are subjects', [x['name'] for x in payload['subject']] == ['MANIFEST', 'hello'] and
       payload['subject'][1]['digest']['sha256'] == sha(artefact), payload['subject'])
    ok('what was used and varied is in it', {'host', 'root', 'builds'} <= set(payload['predicate']['details']),
       list(payload['predicate']))
    s.run('publish', 'release', artefact, '--name', 'hello', '--version', '1.0', '--source', bundle, '--recipe',
          recipe, '--log', s.log, '--site', s.site, '--key', s.where / 'publisher.key')
    s.pack(a, b)
    latest = s.site / 'release/stable/latest'
    index = [l.split()[1] for l in latest.read_text().splitlines() if l.startswith('index ')][0]
    extra = [l for l in latest.read_text().splitlines() if l.startswith('extra ')][0]
    head, rest = s.run('log', 'proof', s.log, index, '--trust', s.conf / 'trust').stdout.split('\n', 1)
    latest.write_text(f'{head}\n{extra}\n{rest}')
    r = s.client('update', '--release', s.site)
    ok('the client takes it', r.returncode == 0 and 'installed: hello 1.0' in r.stdout and
       sha(s.state / 'stable.program/current/hello') == sha(artefact), r)
    r = s.client('verify', '--explain', bundle)
    ok('verify: the bundle', r.returncode == 0 and r.stdout.count('rebuild PASSED') == 2, r)

    bad, other, _ = vendor(s, 'bad', CLOCK)
    r = s.run('attest', 'rebuild', result, bad, '-k', s.where / 'c.key', '-o', s.where / 'no.dsse', code=None)
    ok('a result of another bundle is not signed', r.returncode == 63 and not (s.where / 'no.dsse').exists(), r)
    failed, r = rebuild(s, bad)
    ok('a build with a clock: not bit-identical', json.loads(failed.read_text())['result'] == 'differs', r)
    c = attest(s, 'c', failed, bad)
    s.pack(a, b, c)
    s.client('update', '--statements', s.site, code=0)
    r = s.client('verify', '--explain', other)
    ok('a failure is told in the same form', r.returncode == 61 and "rebuild FAILED by 'c'" in r.stdout, r)
done()
