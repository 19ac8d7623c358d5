#!/usr/bin/env python3
"""client.py CANDOR - what a client takes, and every way in which it must refuse. TAP."""
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile

from story import Story, done, ok, sha

candor = sys.argv[1]


def release(s, sequence):
    """A program of two files, published, and shown under a cosigned checkpoint."""
    files = [s.where / f'prog_{sequence}_all.deb', s.where / f'prog-doc_{sequence}_all.deb']
    for f in files:
        f.write_bytes(f'{f.name} {sequence}\n'.encode() * 100)
    for f in ('source.tar', 'recipe.sh'):
        (s.where / f).write_text(f'{f} {sequence}\n')
    s.run('publish', 'release', *files, '--name', 'prog', '--version', f'1.{sequence}', '--source',
          s.where / 'source.tar', '--recipe', s.where / 'recipe.sh', '--log', s.log, '--site', s.site,
          '--key', s.where / 'publisher.key')
    return files


def show(s):
    """latest, under the log's checkpoint as it is now."""
    s.cosign()
    latest = s.site / 'release/stable/latest'
    index = [l.split()[1] for l in latest.read_text().splitlines() if l.startswith('index ')][0]
    extra = [l for l in latest.read_text().splitlines() if l.startswith('extra ')][0]
    proof = s.run('log', 'proof', s.log, index, '--trust', s.conf / 'trust').stdout
    head, rest = proof.split('\n', 1)
    latest.write_text(f'{head}\n{extra}\n{rest}')


def update(s, *args, state=None):
    return s.client('update', '--release', s.site, *args, state=state)


def in_use(s):
    f = s.state / 'stable.program/current'
    return sorted((p.name, sha(p)) for p in f.iterdir()) if f.exists() else None


def refused(s, name, code, words):
    """With this sentence and code, and what was in use stays in use."""
    before = in_use(s)
    r = update(s)
    ok(name, r.returncode == code and words in r.stderr and in_use(s) == before, r)


def taken(s):
    files = release(s, 1)
    a, b = s.attest('a', files), s.attest('b', files)
    s.pack(a, b)
    show(s)
    r = update(s)
    ok('two of three: taken', r.returncode == 0 and 'installed: prog 1.1' in r.stdout and
       '2 examiners rebuilt every artefact bit-identically' in r.stdout, r)
    folder = s.state / 'stable.program/current'
    ok('the artefacts are there', all(sha(folder / f.name) == sha(f) for f in files))
    ok('how to install them is said', f'apt-get install {folder}/*.deb' in r.stdout, r)
    ok('once more: nothing new', update(s).stdout.startswith('current: prog 1.1'))
    into = s.where / 'into'
    into.mkdir()
    r = update(s, '--into', into)
    ok('into a folder', r.returncode == 0 and sorted(p.name for p in into.iterdir()) == ['prog-1.1'] and
       sha(into / 'prog-1.1' / files[0].name) == sha(files[0]), r)
    r = update(s, '--into', into)
    ok('which is not overwritten', r.returncode == 86 and 'there already' in r.stderr, r)
    r = update(s, '--check', state=s.where / 'other')
    ok('--check changes nothing', r.returncode == 0 and 'offered: prog 1.1' in r.stdout and
       not (s.where / 'other/stable.program/current').exists(), r)
    return files, a, b


def world(s, name, code, words, *statements):
    """A new client, who is shown these statements."""
    s.state = s.where / f'state-{name.replace(" ", "-")}'
    s.pack(*statements)
    show(s)
    refused(s, name, code, words)


def accepted(s, name, *statements):
    s.state = s.where / f'state-{name.replace(" ", "-")}'
    s.pack(*statements)
    show(s)
    r = update(s)
    ok(name, r.returncode == 0, r)


def too_little(s, files, a, b):
    """Each world differs from the good one in one thing."""
    at = s.where
    world(s, 'no statements at all', 60, '0 of the 2 examiners')
    world(s, 'only one of two', 60, '1 of the 2 examiners', a)
    world(s, 'of one artefact only', 60, "'prog-doc_1_all.deb': 1 of the 2",
          a, s.attest('b', files[:1], out=at / 'part.dsse'))
    other = at / 'x' / files[0].name
    other.parent.mkdir()
    other.write_bytes(b'something else')
    world(s, 'a statement for another artefact', 63, 'another artefact',
          a, s.attest('b', [other], out=at / 'other.dsse'))
    world(s, 'a stranger', 60, '1 of the 2 examiners', a, s.attest('stranger', files))
    passed = {'result': 'PASSED', 'date': '2026-01-01T00:00:00Z'}
    world(s, 'an expired statement', 62, 'it was good until 2026-01-02', a,
          s.forge('b', {**passed, 'notAfter': '2026-01-02T00:00:00Z'}, files, at / 'old.dsse'))
    world(s, 'a statement from the future', 58, 'in the future', a,
          s.forge('b', {**passed, 'date': '2199-01-01T00:00:00Z'}, files, at / 'future.dsse'))
    world(s, 'a statement without a date', 58, 'it has no date', a,
          s.forge('b', {'result': 'PASSED'}, files, at / 'dateless.dsse'))
    world(s, 'signed by somebody else', 65, 'his signature does not hold', a,
          s.forge('b', passed, files, at / 'forged.dsse', signed_by='stranger'))
    accepted(s, 'an envelope of another program', a, s.forge('b', passed, files, at / 'foreign.dsse'))
    accepted(s, 'one that has not expired', a,
             s.attest('b', files, 'bit-identical', '--not-after', '2099-01-01', out=at / 'late.dsse'))
    world(s, 'an objection of a stranger is none, nor his yes', 60, '1 of the 2 examiners', a,
          s.attest('stranger', files, 'differs', out=at / 'strange.dsse'))


def good(where):
    """A new log, with a release that two of three rebuilt."""
    s = Story(candor, where)
    files = release(s, 1)
    return s, files, s.attest('a', files), s.attest('b', files)


def objections(where):
    s, files, a, b = good(where / 'rebuild')
    c = s.attest('c', files, 'differs')
    world(s, 'an examiner objects', 61, "the examiner 'c' objects", a, b, c)
    world(s, 'the site does not show the objection, but the log has it', 61, "'c' objects", a, b)
    bundle = max((p for p in (s.log / 'tile/entries').rglob('*') if p.is_file()),
                 key=lambda p: p.stat().st_size)
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-30] + bytes([data[-30] ^ 1]) + data[-29:])
    s.state = s.where / 'state-entry'
    refused(s, 'a log whose entries are others', 20, 'is not what was logged')
    bundle.unlink()
    refused(s, 'a log that hides its entries', 18, 'the log lacks')
    bundle.write_bytes(data)

    s, files, a, b = good(where / 'review')
    review = s.where / 'review'
    review.write_text('scope all\nfinding critical it sends files home\nresult failed\n')
    no = s.where / 'review.dsse'
    s.run('attest', 'review', review, *files, '-k', s.where / 'c.key', '-o', no, '--log', s.log)
    world(s, 'a review objects', 61, 'review of', a, b, no)
    sorry = s.attest('c', files, 'bit-identical', '--withdraws', no, out=s.where / 'sorry.dsse')
    accepted(s, 'what is withdrawn objects no more', a, b, no, sorry)
    world(s, 'another does not withdraw it', 61, "'c' objects", a, b, no,
          s.attest('a', files, 'bit-identical', '--withdraws', no, out=s.where / 'others.dsse'))


def not_logged(s, files, a):
    """A statement whose proof is missing, or of a log that no witness saw."""
    b = s.attest('b', files, out=s.where / 'secret.dsse', log=False)
    folder = s.where / 'unlogged'
    folder.mkdir()
    for f in (a, a.with_suffix('.tlog-proof'), b):
        shutil.copy(f, folder)
    shutil.rmtree(s.site / 'statements')
    s.run('attest', 'pack', s.site, folder)
    s.state = s.where / 'state-unlogged'
    show(s)
    refused(s, 'a statement that is not logged', 64, 'no proof that it was logged')


def one_byte(s, a, b, files):
    """One byte of every file that a client is given, in many places."""
    s.pack(a, b)
    show(s)
    taken = []
    offer = s.site / 'statements/latest'
    places = [offer, s.site / 'blob' / offer.read_text().split()[4], s.site / 'release/stable/latest',
              *(s.site / 'blob' / sha(f) for f in files)]
    tried = 0
    for f in places:
        data = f.read_bytes()
        for at in range(0, len(data), max(1, len(data) // 24)):
            f.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
            s.state = s.where / 'state-byte'
            shutil.rmtree(s.state, ignore_errors=True)
            r = update(s)
            tried += 1
            if r.returncode in (0, 2, 3) or in_use(s) or not r.stderr.startswith('candor: '):
                taken.append((f, at, r))
        f.write_bytes(data)
    ok(f'one byte changed, in {tried} places of {len(places)} files', not taken, taken[:3])


def kept(where):
    """An objection that was seen once stays, whatever is shown later. This one is in no log."""
    s, files, a, b = good(where / 'kept')
    s.pack(a, b)
    c = s.attest('c', files, 'differs', log=False)
    folder = s.where / 'shown'
    folder.mkdir()
    shutil.copy(c, folder)
    s.run('attest', 'pack', s.site, folder)
    s.state = s.where / 'state-kept'
    show(s)
    refused(s, 'it objects, outside of the log', 61, "'c' objects")
    s.pack(a, b)
    refused(s, 'the site does not show it any more', 61, "'c' objects")
    old = sorted(os.listdir(s.state))
    ok('what is kept', 'statements.tar' in old and 'statements.latest' in old, old)
    r = s.client('verify', '--explain', '--product', 'prog', files[0])
    ok('verify tells all', r.returncode == 61 and r.stdout.count('rebuild') >= 3 and
       'entry ' in r.stdout and 'counts all the same, as an objection' in r.stdout, r)


def damaged(s, files, a, b):
    """A statement with a bit flipped is named, with its file, wherever the bit is."""
    folder = s.where / 'flipped'
    folder.mkdir()
    for f in (a, b):
        for g in (f, f.with_suffix('.tlog-proof')):
            shutil.copy(g, folder)
    bad = folder / b.name
    data, silent = b.read_bytes(), []
    for at in (0, 20, 300, 700, 1500, len(data) - 20):
        bad.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
        r = s.client('verify', '--explain', '--product', 'prog', '--statements', folder, files[0])
        if r.returncode in (0, 60) or sha(bad)[:16] not in r.stdout or r.returncode == 57 and str(bad) not in r.stdout:
            silent.append((at, r))
    ok('a damaged statement is told, and its file', not silent, silent[:2])
    for count, rest in (1, ''), (17, ', and 1 more'):
        among(s, files, a, b, count, rest)


def among(s, files, a, b, count, rest):
    """Damaged ones among those that are enough: taken, and told all the same."""
    folder = s.where / f'among-{count}'
    folder.mkdir()
    for i in range(count):
        (folder / f'{i}.dsse').write_text(f'no envelope {i}')
    s.state = s.where / f'state-among-{count}'
    s.pack(a, b)
    s.run('attest', 'pack', s.site, a, b, folder)
    show(s)
    r = update(s, '-q')
    line = r.stderr.splitlines()
    ok(f'{count} damaged: taken, and told', r.returncode == 0 and r.stdout == '' and len(line) == 1 and
       line[0].startswith(f'candor: {count} statement') and line[0].count("... of '") == min(count, 16) and
       line[0].endswith(rest), r)
    r = update(s, '--json')
    said = json.loads(r.stdout)
    ok(f'{count} damaged: told to programs', said['exit'] == 0 and said['damaged']['count'] == count and
       {x['statement'] for x in said['damaged']['statements']} <= {sha(f) for f in folder.iterdir()} and
       len(said['damaged']['statements']) == min(count, 16), r)
    r = s.client('verify', '--explain', '--product', 'prog', files[0])
    ok(f'{count} damaged: verify tells how many', r.returncode == 0 and r.stdout.count('damaged statement ') == min(count, 16) and
       ('1 more damaged statement' in r.stdout) == (count == 17), r)


def careful(s, files):
    """attest takes nothing half understood, and overwrites nothing."""
    key, out = s.where / 'a.key', s.where / 'review.dsse'
    review = s.where / 'a.review'
    review.write_text('scope all\nresult passed\n')
    attest = lambda *more, o=out, k=key: s.run('attest', 'review', review, files[0], '-k', k, '-o', o, *more, code=None)
    ok('a span without a unit', attest('--not-after', '90').returncode == 3)
    ok('a name that does not end in .dsse', attest(o=s.where / 'x.txt').returncode == 3)
    ok('which are all right otherwise', attest('--not-after', '90d').returncode == 0 and out.exists())
    before = out.read_bytes()
    r = attest()
    ok('a statement is not overwritten', r.returncode == 86 and out.read_bytes() == before, r)
    (s.where / 'y.tlog-proof').write_text('x')
    ok('nor the proof of one', attest(o=s.where / 'y.dsse').returncode == 86)
    summary = s.where / 'summary.dsse'
    summary.write_text('mine')
    rebuilt = lambda o, summary: s.run('attest', 'rebuild', s.result(files), *files, '-k', key, '-o', o, '--summary', summary,
                                       code=None)
    r = rebuilt(s.where / 'v.dsse', summary)
    ok('nor a summary', r.returncode == 86 and summary.read_text() == 'mine' and str(summary) in r.stderr and
       not (s.where / 'v.dsse').exists(), r)
    r = rebuilt(s.where / 'v.dsse', s.where / 'v.dsse')
    ok('nor a statement by its own summary', r.returncode == 3 and not (s.where / 'v.dsse').exists(), r)
    (s.where / 'dangling.dsse').symlink_to('nowhere')
    r = attest(o=s.where / 'dangling.dsse')
    ok('nor a link to nothing', r.returncode == 86 and not (s.where / 'nowhere').exists(), r)
    public = s.where / 'public'
    public.write_text(s.run('trust', 'key', s.where / 'new.key', '--name', 'new.example/x').stdout)
    r = attest(o=s.where / 'z.dsse', k=public)
    ok('a public key is called so', r.returncode == 15 and 'a public key' in r.stderr, r)


def compared(s):
    """A word about a comparison is about the files that were compared."""
    one, two, out = s.where / 'one.txt', s.where / 'two.txt', s.where / 'compared.json'
    one.write_text('a\n')
    two.write_text('b\n')
    attest = lambda subject, name, word='passed': s.run(
        'attest', 'compare', out, subject, '--result', word, '-k', s.where / 'a.key', '-o', s.where / name, code=None)
    out.write_text(s.run('compare', '--json', one, two, code=None).stdout)
    ok('the digests are told', {json.loads(out.read_text())[x]['sha256'] for x in 'ab'} ==
       {hashlib.sha256(x).hexdigest() for x in (b'a\n', b'b\n')})
    ok('either of the two', all(attest(x, f'x-{x.stem}.dsse').returncode == 0 for x in (one, two)))
    two.write_text('c\n')
    r = attest(two, 'x-other.dsse')
    ok('not another one', r.returncode not in (0, 3) and 'is about two other files than' in r.stderr, r)
    whole = json.loads(out.read_text())
    out.write_text(json.dumps(whole | {'complete': False}))
    r = attest(one, 'x-part.dsse')
    ok('what was not seen is not passed', r.returncode not in (0, 3) and 'not everything was looked into' in r.stderr, r)
    ok('but may be told', attest(one, 'x-part.dsse', 'inconclusive').returncode == 0)
    out.write_text(json.dumps(whole | {'a': {'path': 'x'}}))
    r = attest(one, 'x-none.dsse')
    ok('without digests it says nothing', r.returncode not in (0, 3) and "'sha256'" in r.stderr, r)


def configured(s):
    s.state = s.where / 'state'
    s.examiners('')
    refused(s, 'no rule for it', 59, 'no line of the file of examiners is about')
    s.examiners('product pr* 3-of-3\n')
    refused(s, 'a rule of its own', 60, '2 of the 3 examiners')
    s.examiners('examiners 2-of-4\n')
    refused(s, 'a rule that does not add up', 59, "'of 4'")
    (s.conf / 'examiners').unlink()
    refused(s, 'no file of examiners', 59, 'there is no file of examiners')
    s.examiners('examiners 2-of-3\n')
    r = s.client('update', s.site)
    ok('rules are another matter', r.returncode == 18, r)
    r = s.client('update', '--statements', s.site)
    ok('only the statements', r.returncode == 0 and r.stdout.startswith('statements of examiners: '), r)
    for args in (['--release', '--statements'], ['--into', 'x'], ['--release', '--rollback']):
        ok(f'no such line: {" ".join(args)}', s.client('update', *args).returncode == 3)


with tempfile.TemporaryDirectory(prefix='candor-client-') as folder:
    story = Story(candor, folder)
    made, first, second = taken(story)
    too_little(story, made, first, second)
    not_logged(story, made, first)
    one_byte(story, first, second, made)
    story.pack(first, second)
    show(story)
    configured(story)
    damaged(story, made, first, second)
    compared(story)
    careful(story, made)
    objections(pathlib.Path(folder))
    kept(pathlib.Path(folder))
done()
