#!/usr/bin/env python3
"""outside.py CANDOR SCHEMA - other programs read what candor signs, and it what they sign. TAP.

npm's @sigstore packages verify the envelopes, also that of a bundle's provenance, node's
crypto the signatures, ajv the schemas of docs/: of statements, of SLSA's provenance, of the
SBOM; with SPDX_SCHEMA=FILE, the one that SPDX publishes for 2.3, too. openssl signs envelopes that candor reads (story.py). The
packages are installed into a folder of their own; without npm or network those parts are
skipped, but not in CI.
"""
import base64
import copy
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from story import Story, done, ok

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'handover'))
import vendor  # noqa: E402

PACKAGES = ['@sigstore/verify@4.1.3', '@sigstore/bundle@5.0.1', '@sigstore/core@4.0.1', 'ajv@8.20.0']
SPKI = bytes.fromhex('302a300506032b6570032100')  # RFC 8410, before the 32 bytes of the key
candor, docs = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).parent
HERE = pathlib.Path(__file__).resolve().parent


def skip(why):
    if os.environ.get('CI'):
        ok('other programs: ' + why, False)
    else:
        ok('other programs # SKIP ' + why, True)
    done()


def install(where):
    if not shutil.which('npm') or not shutil.which('node'):
        skip('no npm')
    r = subprocess.run(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error',
                        '--fetch-retries=1', '--fetch-timeout=20000', '--prefix', str(where), *PACKAGES],
                       capture_output=True, text=True, timeout=150)
    if r.returncode != 0:
        skip('npm cannot fetch: ' + r.stderr[-300:])


def der(vkey):
    return base64.b64encode(SPKI + base64.b64decode(vkey.split('+', 2)[2])[1:]).decode()


def statements(s):
    """One of each kind, and a failure."""
    deb = s.where / 'x_1_all.deb'
    deb.write_text('x')
    texts = {'review': 'scope all\nhours 2.5\nmethod read\nfinding low a "quote"\nresult passed\n',
             'claims': 'no-network holds\nno-parser fails see above\nrebuilds open\n'}
    made = [s.attest('a', [deb]), s.attest('b', [deb], 'differs', '--not-after', '90d', '--summary',
                                           s.where / 'summary.dsse'), s.where / 'summary.dsse']
    for kind, text in texts.items():
        (s.where / kind).write_text(text)
        out = s.where / f'{kind}.dsse'
        s.run('attest', kind, s.where / kind, deb, '-k', s.where / 'c.key', '-o', out)
        made.append(out)
    (s.where / 'compare.json').write_text(s.run('compare', '--json', deb, deb).stdout)
    s.run('attest', 'compare', s.where / 'compare.json', deb, deb, '--result', 'passed', '-k',
          s.where / 'a.key', '-o', s.where / 'compare.dsse')
    withdrawn = s.attest('a', [deb], 'bit-identical', '--withdraws', made[0], out=s.where / 'again.dsse')
    return made + [s.where / 'compare.dsse', withdrawn]


def questions(s, files):
    who = {'b.dsse': 'b', 'summary.dsse': 'b', 'review.dsse': 'c', 'claims.dsse': 'c'}
    for f in files:
        e, key = json.loads(f.read_text()), der(s.vkey[who.get(f.name, 'a')])
        for judge in 'sigstore', 'node', 'schema':
            if judge != 'schema' or f.name != 'summary.dsse':
                yield f'{judge} takes {f.name}', True, {'judge': judge, 'envelope': e, 'key': key}
        for judge in 'sigstore', 'node':
            yield f'{judge}: another key', False, {'judge': judge, 'envelope': e, 'key': der(s.vkey['stranger'])}
            bad = copy.deepcopy(e)
            payload = base64.b64decode(bad['payload']).replace(b'x_1_all.deb', b'y_1_all.deb')
            bad['payload'] = base64.b64encode(payload).decode()
            yield f'{judge}: another payload', False, {'judge': judge, 'envelope': bad, 'key': key}
            bad = dict(e, payloadType='application/json')
            yield f'{judge}: another type', False, {'judge': judge, 'envelope': bad, 'key': key}
    good = json.loads(base64.b64decode(json.loads(files[0].read_text())['payload']))
    for name, change in (('no result', lambda x: x['predicate'].pop('result')),
                         ('another result', lambda x: x['predicate'].update(result='GOOD')),
                         ('no date', lambda x: x['predicate'].pop('date')),
                         ('a date without a time', lambda x: x['predicate'].update(date='2026-01-01')),
                         ('no subject', lambda x: x.update(subject=[])),
                         ('a digest that is none', lambda x: x['subject'][0]['digest'].update(sha256='ab'))):
        bad = copy.deepcopy(good)
        change(bad)
        payload = base64.b64encode(json.dumps(bad).encode()).decode()
        yield f'schema: {name}', False, {'judge': 'schema', 'envelope': {'payload': payload}}


def changed(document, *path, to=None):
    """The document with one member set, or without it."""
    bad = copy.deepcopy(document)
    at = bad
    for p in path[:-1]:
        at = at[p]
    if to is None:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return bad


def bundle_questions(where):
    """A bundle's SBOM and provenance; and that the judges see what is wrong."""
    v = vendor.Vendor(candor, where)
    code, _, err = v.create()
    ok('a bundle', code == 0, err)
    members = {n: d for n, _, d in vendor.parts(v.out)}
    sbom = json.loads(members['sbom.spdx.json'])
    envelope = json.loads(members['provenance.dsse'])
    slsa = json.loads(base64.b64decode(envelope['payload']))
    for judge in 'sigstore', 'node':
        yield f'{judge} takes the provenance', True, {'judge': judge, 'envelope': envelope, 'key': der(v.vkey)}
        bad = dict(envelope, payload=base64.b64encode(json.dumps(slsa).encode()).decode())
        yield f'{judge}: another spelling', False, {'judge': judge, 'envelope': bad, 'key': der(v.vkey)}
    ask = lambda schema, document: {'judge': 'schema', 'schema': schema, 'document': document}
    yield 'the provenance is as its schema says', True, ask('provenance', slsa)
    yield 'the SBOM is as its schema says', True, ask('sbom', sbom)
    if 'spdx' in schemas:
        yield "and as SPDX's own says", True, ask('spdx', sbom)
    for path, to in ((('predicate', 'runDetails', 'builder'), None), (('predicate', 'buildDefinition', 'buildType'), 'x'),
                     (('predicate', 'more'), 1), (('subject', 0, 'name'), 'OTHER'), (('predicateType',), 'x'),
                     (('predicate', 'buildDefinition', 'resolvedDependencies', 0, 'digest'), None)):
        yield f'provenance: {path[-1]}', False, ask('provenance', changed(slsa, *path, to=to))
    for path, to in ((('spdxVersion',), 'SPDX-2.2'), (('packages', 0, 'SPDXID'), 'Package 1'), (('more',), 1),
                     (('files', 0, 'checksums'), []), (('creationInfo', 'created'), '2026'),
                     (('relationships', 0, 'relationshipType'), 'LIKES'), (('packages', 0, 'name'), None)):
        yield f'SBOM: {path[-1]}', False, ask('sbom', changed(sbom, *path, to=to))


schemas = {n: json.loads((docs / f'{n}.schema.json').read_text()) for n in ('attest', 'provenance', 'sbom')}
if os.environ.get('SPDX_SCHEMA'):
    # it says draft-07, of which everything that it uses is the same in 2020-12
    schemas['spdx'] = json.loads(pathlib.Path(os.environ['SPDX_SCHEMA']).read_text())
    schemas['spdx'].pop('$schema', None)
with tempfile.TemporaryDirectory(prefix='candor-outside-') as folder:
    story = Story(candor, folder)
    packages = pathlib.Path(folder) / 'npm'
    packages.mkdir()
    install(packages)
    rows = list(questions(story, statements(story))) + list(bundle_questions(pathlib.Path(folder) / 'vendor'))
    file = pathlib.Path(folder) / 'questions.json'
    file.write_text(json.dumps({'schemas': schemas, 'questions': [q for _, _, q in rows]}))
    r = subprocess.run(['node', str(HERE / 'outside.js'), str(packages), str(file)], capture_output=True,
                       text=True, timeout=120)
    said = r.stdout.splitlines()
    ok('every question was answered', r.returncode == 0 and len(said) == len(rows), r)
    for (name, good, _), answer in zip(rows, said):
        ok(name, (answer == 'ok') == good, answer)
done()
