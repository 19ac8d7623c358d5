#!/usr/bin/env python3
"""The same rules over the same files through an engine and through Debian's yara.

    tests/diff/yara/run.py [--engine 'CMD'] [WHAT]...

WHAT is any of: hand (rules/: rules, offsets, lengths, data), v45 (rules of YARA 4.3-4.5, with
expectations worked out by hand), errors, warnings (texts and exit codes), cli (command lines: all
that they print), small, core, medium (the rule packs over the full file list and over files made
from the packs' own strings). Default: all.

The oracle's answers for the packs are kept in the cache, keyed by what they depend on. Every
difference is printed; those that the file `explained` lists do not count. Ends in one line,
"N passed, N failed, N skipped"; exit 1 when something failed.
"""
import argparse
import fnmatch
import hashlib
import importlib.util
import itertools
import lzma
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import dice
import witness

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'gen'))
import diffdata  # noqa: E402  (tests/gen, found by the line above)

PACKS = ('small', 'core', 'medium', 'large')
WHATS = ('hand', 'v45', 'errors', 'warnings', 'cli', 'dice') + PACKS
PACK_VARS = 'filename filepath extension filetype owner md5 fullpath'.split()
REAL_SIZE, REAL_STEP, REAL_COUNT = 12000, 40, 80     # real files for the hand-written rules
DICE_RULES, DICE_FILES = 300, 30
DICE_HEAD = 'import "pe" import "math"'
DICE_VARS = '-d ext_i=3 -d ext_f=1.5 -d ext_s=abc -d ext_b=true'.split()
# What 4.5 refuses and 4.2 takes, or tells without a word.
NEWER = ('negative shift', 'invalid value in condition: "-1"',
         'invalid value in condition: "range lower bound must be less than upper bound"',
         'invalid value in condition: "range lower bound can not be negative"')
NESTED = "'for <quantifier> of <string set>' loops can't be nested"
PATIENCE = 3600     # seconds for one run of an engine
SHOWN = 60          # differences printed per part


class Tally:
    """Counts, and prints what failed."""

    def __init__(self, explained):
        self.passed = self.failed = self.skipped = self.known = 0
        self.shown = {}
        self.explained = explained

    def check(self, good, part, rule, name, text):
        if good:
            self.passed += 1
            return
        for row in self.explained:
            if all(fnmatch.fnmatchcase(v, p) for v, p in zip((part, rule, name), row)):
                self.known += 1
                return
        self.failed += 1
        self.shown[part] = self.shown.get(part, 0) + 1
        if self.shown[part] <= SHOWN:
            print(f'DIFF {part}: {rule} on {name}: {text}')
        elif self.shown[part] == SHOWN + 1:
            print(f'DIFF {part}: ... and more')

    def skip(self, part, why):
        self.skipped += 1
        print(f'SKIP {part}: {why}')


def read_explained(path):
    """Lines: PART RULE-GLOB FILE-GLOB # reason. A line without a reason is refused."""
    rows = []
    with open(path, encoding='utf-8') as f:
        for line in f:
            left, _, reason = line.partition('#')
            if left.strip():
                if not reason.strip():
                    sys.exit(f'{path}: no reason given: {line}')
                rows.append(left.split())
    return rows


def invoke(command, args, cwd):
    """(exit code, standard output, standard error) of one run, as text that keeps every byte."""
    try:
        p = subprocess.run(command + args, cwd=cwd, stdin=subprocess.DEVNULL, check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return 124, '', 'took too long'
    return p.returncode, p.stdout.decode('latin-1'), p.stderr.decode('latin-1')


def by_file(text, spaced):
    """{path: [lines of its matches]} of yara's output, which threads interleave by file.
    spaced: paths may have spaces and the rule is the first word; else the path is the last."""
    found, lines = {}, None
    for line in text.split('\n'):
        if line.startswith('0x'):
            if lines is not None:
                lines.append(line)
        elif line:
            rule, _, path = line.partition(' ') if spaced else line.rpartition(' ')
            lines = found.setdefault(path, [])
            lines.append(rule)
    return found


def scan(command, args, paths, cwd, spaced=False):
    """Matches of each file of a list. A crash or a compile error is an answer of its own."""
    with tempfile.NamedTemporaryFile('w', prefix='list-', encoding='utf-8') as f:
        f.writelines(p + '\n' for p in paths)
        f.flush()
        i = args.index('LIST')
        code, out, err = invoke(command, args[:i] + [f.name] + args[i + 1:], cwd)
    found = by_file(out, spaced)
    bad = sorted(x for x in err.split('\n') if x.startswith('error scanning'))
    if code or bad:
        found['(exit)'] = [f'exit {code}: ' + ('; '.join(bad) or err.strip())[:20000]]
    return found


def rule_names(lines):
    return [x for x in lines if not x.startswith('0x')]


def describe(want, got):
    """The first place where two lists of match lines part."""
    for i in range(max(len(want), len(got))):
        w = want[i] if i < len(want) else '(nothing)'
        g = got[i] if i < len(got) else '(nothing)'
        if w != g:
            rule = next((x for x in reversed(want[:i + 1]) if not x.startswith('0x')), w)
            return rule, f'yara {w}  engine {g}  (yara {len(want)} lines, engine {len(got)})'
    return '-', 'same'


# ---- hand-written rules

def directives(path):
    """Lines '//: ...' of a rule file: more arguments for the command line. Names of .inc files
    take the place of the rule file."""
    args = []
    with open(path, encoding='latin-1') as f:
        for line in f:
            if line.startswith('//: '):
                args += shlex.split(line[4:])
    return args


def rule_files(folder):
    return sorted(os.path.join(folder, n) for n in os.listdir(folder) if n.endswith('.yar'))


def scan_each(command, args, names, cwd):
    """As scan, one run a file: for what an engine carries over from file to file."""
    found = {}
    for name in names:
        one = [a for a in args if a != '--scan-list']
        code, out, err = invoke(command, one[:-1] + [name], cwd)
        found.update(by_file(out, False))
        if code:
            found['(exit)'] = [f'exit {code} on {name}: {err.strip()[:200]}']
    return found


def hand_args(path):
    args = directives(path)
    rules = [a for a in args if a.endswith('.inc')]
    args = [a for a in args if not a.endswith('.inc')]
    folder = os.path.dirname(path)
    rules = [(a.partition(':')[0] + ':' + os.path.join(folder, a.partition(':')[2]))
             if ':' in a else os.path.join(folder, a) for a in rules] or [path]
    return ['-w', '-s', '-L'] + args + ['--scan-list'] + rules + ['LIST']


def check_decided(tally, path, found, files):
    """A rule that matches all files or none tests little: its name must say that it is so."""
    seen = {}
    for lines in found.values():
        for rule in rule_names(lines):
            seen[rule] = seen.get(rule, 0) + 1
    with open(path, encoding='latin-1') as f:
        names = re.findall(r'^(?:global )*rule\s+(\w+)', f.read(), re.M)
    for rule in names if not directives(path) else []:
        good = seen.get(rule, 0) == 0 if rule.endswith('_never') else 0 < seen.get(rule, 0)
        tally.check(good, 'hand', f'{os.path.basename(path)}:{rule}', '-',
                    f'the oracle matches {seen.get(rule, 0)} of {files} files')


def small_real(o):
    """Some small real files, so that strings also meet data that nobody made for them."""
    if not os.path.exists(o.list):
        return []
    with open(o.list, encoding='utf-8') as f:
        paths = [p for p in f.read().splitlines() if ' ' not in p]
    return [p for p in paths if os.path.getsize(p) <= REAL_SIZE][::REAL_STEP][:REAL_COUNT]


def part_hand(o, tally):
    with tempfile.TemporaryDirectory(prefix='diff-data-') as data:
        made = diffdata.write(data)
        names = made + small_real(o)
        for path in rule_files(os.path.join(HERE, 'rules')):
            args = hand_args(path)
            with open(path, encoding='latin-1') as f:
                how = scan_each if '\n//! each\n' in f.read() else scan
            want, got = how(o.oracle, args, names, data), how(o.engine, args, names, data)
            tally.check('(exit)' not in want, 'hand', os.path.basename(path), '-',
                        f'the oracle fails: {want.get("(exit)")}')
            check_decided(tally, path, {n: want.get(n, []) for n in made}, len(made))
            for name in names + ['(exit)']:
                w, g = want.get(name, []), got.get(name, [])
                rule, text = describe(w, g)
                tally.check(w == g, 'hand', f'{os.path.basename(path)}:{rule}', name, text)


def read_expect(path):
    """{file: {rule: [0xOFF:LEN:$id, ...]}} from lines 'FILE RULE [MATCH...]'."""
    want = {}
    with open(path, encoding='utf-8') as f:
        for line in f:
            words = line.partition('#')[0].split()
            if words:
                want.setdefault(words[0], {})[words[1]] = words[2:]
    return want


def matches_of(lines):
    """{rule: [0xOFF:LEN:$id, ...]} of the lines of one file."""
    found, hits = {}, None
    for line in lines:
        if line.startswith('0x'):
            hits.append(':'.join(line.split(':')[:3]))
        else:
            hits = found.setdefault(line, [])
    return found


def part_v45(o, tally):
    if '4.2.' in invoke(o.engine, ['--version'], '/')[1]:
        tally.skip('v45', 'the engine is YARA 4.2; these rules are for 4.3 and later')
        return
    with tempfile.TemporaryDirectory(prefix='diff-data-') as data:
        names = diffdata.write(data)
        for path in rule_files(os.path.join(HERE, 'v45')):
            want = read_expect(path[:-4] + '.expect')
            got = scan(o.engine, hand_args(path), names, data)
            for name in names + ['(exit)']:
                w, g = want.get(name, {}), matches_of(got.get(name, []))
                for rule in sorted(set(w) | set(g)):
                    tally.check(w.get(rule) == g.get(rule), 'v45',
                                f'{os.path.basename(path)}:{rule}', name,
                                f'expected {w.get(rule)}, engine {g.get(rule)}')


# ---- errors and warnings

def read_texts(path):
    """{file: (exit code, [lines])} from '== FILE exit N' headings and the lines under them.
    A heading may end in '4.5': the text is YARA 4.5's, and 4.2 prints another."""
    texts, new = {}, set()
    with open(path, encoding='latin-1') as f:
        for line in f.read().split('\n'):
            if line.startswith('== '):
                words = line.split()
                lines = []
                texts[words[1]] = (int(words[3]), lines)
                if words[4:] == ['4.5']:
                    new.add(words[1])
            elif line and not line.startswith('#'):
                lines.append(line)
    return texts, new


def texts_of(command, folder, name, target):
    args = directives(os.path.join(folder, name))
    code, out, err = invoke(command, args + [name, target], folder)
    lines = [x for x in (err + out).split('\n') if x]
    return code, [x.replace(target, 'TARGET') for x in lines]


def same_text(want, got, old):
    """Does a line agree with the expected one? See the head of errors/expected."""
    if old:
        want = want.partition(', unexpected ')[0].rstrip('*')
    if want.endswith('*'):
        return got.startswith(want[:-1])
    return got == want


def same_texts(want, got, old):
    return want[0] == got[0] and len(want[1]) == len(got[1]) and \
        all(same_text(w, g, old) for w, g in zip(want[1], got[1]))


def part_texts(o, tally, part):
    folder = os.path.join(HERE, part)
    texts, new = read_texts(os.path.join(folder, 'expected'))
    old = '4.2.' in invoke(o.engine, ['--version'], '/')[1]
    files = [os.path.basename(p) for p in rule_files(folder)]
    for name in sorted(set(texts) - set(files)):
        tally.check(False, part, '-', name, 'expected, but there is no such file')
    with tempfile.NamedTemporaryFile(prefix='target-') as target:
        target.write(b'The quick brown fox\n')
        target.flush()
        for name in files:
            if old and name in new:
                continue
            got = texts_of(o.engine, folder, name, target.name)
            want = texts.get(name, ('-', []))
            tally.check(same_texts(want, got, old), part, '-', name, f'expected {want}, engine {got}')


# ---- command lines

def parted(want, got):
    """The first line where two texts part."""
    for w, g in itertools.zip_longest(want, got):
        if w != g:
            return f'yara {w!r}, engine {g!r}'
    return 'same'


def compiler(command):
    """The yarac that belongs to a command that takes yara's arguments."""
    return command[:-1] + [re.sub('yara$', 'yarac', command[-1])]


def answers(command, case, folder):
    """All that the programs of a case say; of `%` the compiler's, and of `&&` yara's then."""
    said = []
    for i, part in enumerate(case[2:].split(' && ')):
        program = compiler(command) if case[0] == '%' and i == 0 else command
        code, out, err = invoke(program, shlex.split(part), folder)
        lines = [f'out {x}' for x in out.split('\n')] + [f'err {x}' for x in err.split('\n')]
        said += [f'exit {code}'] + (sorted(lines) if case[0] == '~' else lines)
    return said


def part_cli(o, tally):
    spec = importlib.util.spec_from_file_location('files', os.path.join(HERE, 'cli', 'files.py'))
    files = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(files)
    with open(os.path.join(HERE, 'cli', 'cases'), encoding='utf-8') as f:
        cases = [line.rstrip('\n') for line in f if not line.startswith('#')]
    with tempfile.TemporaryDirectory(prefix='diff-cli-') as folder:
        files.write(folder)
        for case in cases:
            # several threads of the oracle write into each other's lines
            one = ['-p', '1'] if case[0] == '~' and '-p' not in case else []
            said = [answers(c, case, folder) for c in (o.oracle + one, o.engine)]
            tally.check(said[0] == said[1], 'cli', '-', case[2:].replace(' ', '_') or '-',
                        parted(*said))


# ---- rules by chance

def bad_rules(text):
    """{line: text} of the errors of a rule file with one rule a line."""
    found = {}
    for line in text.split('\n'):
        m = re.match(r'error: rule "\w+" in [^(]*\((\d+)\): (.*)', line)
        if m:
            found.setdefault(int(m[1]), m[2])
    return found


def same_error(want, got):
    """want, got: texts or None. 4.2 also takes an error within for-of for a nesting of it."""
    return want == got or got in NEWER or (want == NESTED and not got)


def write_lines(path, lines):
    with open(path, 'w', encoding='latin-1') as f:
        f.writelines(line + '\n' for line in lines)


def by_rule(lines, rules):
    """{rule: [itself, its matches...]} of the lines of one file. Where alternatives may give a
    start several lengths, YARA's hangs on the atom that it chose: the starts are compared."""
    found, rows, rows_of = {}, [], None
    for line in lines:
        if not line.startswith('0x'):
            rows_of, rows = line, found.setdefault(line, [])
        rows.append(line.split(':')[0] if '|' in rules[rows_of] else line)
    return found


def survives(o, args, names, folder, path, rule):
    write_lines(path, [DICE_HEAD, rule])
    return '(exit)' not in scan(o.oracle, args, names, folder)


def roll(o, tally, seed, folder):
    """One seed: the same rules refused with the same words, and the same matches of the others."""
    made, files = dice.batch(seed, DICE_RULES, DICE_FILES)
    path = os.path.join(folder, 'dice.yar')
    names = [f'd{i:02}' for i in range(len(files))]
    for name, content in zip(names, files):
        with open(os.path.join(folder, name), 'wb') as f:
            f.write(content)
    write_lines(path, [DICE_HEAD] + made)
    want, got = (bad_rules(invoke(c, DICE_VARS + ['-w', path, names[0]], folder)[2])
                 for c in (o.oracle, o.engine))
    for line in sorted(set(want) | set(got)):
        tally.check(same_error(want.get(line), got.get(line)), 'dice', f'{seed}:{made[line - 2]}', '-',
                    f'yara {want.get(line)}, engine {got.get(line)}')
    good = [r for i, r in enumerate(made) if i + 2 not in set(want) | set(got)]
    args = ['-w', '-s', '-L', '-p', '1'] + DICE_VARS + ['--scan-list', path, 'LIST']
    write_lines(path, [DICE_HEAD] + good)
    want = scan(o.oracle, args, names, folder)
    if '(exit)' in want:        # the oracle gives up on some rule: without those
        good = [r for r in good if survives(o, args, names, folder, path, r)]
        write_lines(path, [DICE_HEAD] + good)
        want = scan(o.oracle, args, names, folder)
    got = scan(o.engine, args, names, folder)
    tally.check('(exit)' not in got, 'dice', f'{seed}', '(exit)', got.get('(exit)'))
    by_name = {r.split()[1]: r for r in made}
    want, got = ({n: by_rule(x.get(n, []), by_name) for n in names} for x in (want, got))
    for rule in good:
        short = rule.split()[1]
        bad = [n for n in names if want[n].get(short) != got[n].get(short)]
        text = describe(*([*x[n].get(short, [])] for x in (want, got) for n in bad[:1]))[1] if bad else ''
        tally.check(not bad, 'dice', f'{seed}:{rule}', bad[0] if bad else '-', text)


def tell(command, args, folder):
    """All that a run says. 4.2's syntax errors do not tell what was expected."""
    code, out, err = invoke(command, args, folder)
    return [f'exit {code}'] + out.split('\n') + [x.partition(', unexpected')[0] for x in err.split('\n')]


def talk(o, tally, seed, folder):
    """Rules that speak of each other, under options by chance: everything that is printed."""
    d = dice.Dice(seed)
    for i in range(3):
        with open(os.path.join(folder, f'd{i:02}'), 'wb') as f:
            f.write(dice.data(d, [b'abc', b'a', b'one']))
    for _ in range(40):
        families = {n: dice.family(d) for n in ('a.yar', 'b.yar')}
        for name, lines in families.items():
            write_lines(os.path.join(folder, name), lines)
        args = dice.command_line(d)
        want, got = tell(o.oracle, args, folder), tell(o.engine, args, folder)
        tally.check(want == got, 'dice', f'{seed}:{" ".join(args)}', '-',
                    parted(want, got) + '\n' + '\n'.join(sum(families.values(), [])) * (want != got))


def break_rules(o, tally, seed, folder):
    """Damaged rules: the same errors at the same lines."""
    d = dice.Dice(seed)
    for _ in range(60):
        lines = dice.broken(d)
        write_lines(os.path.join(folder, 'x.yar'), lines)
        args = DICE_VARS + ['-w', 'x.yar', 'x.yar']
        want, got = tell(o.oracle, args, folder), tell(o.engine, args, folder)
        same = want == got or all(w == g or same_error(w.partition('): ')[2], g.partition('): ')[2])
                                  for w, g in itertools.zip_longest(want, got, fillvalue=''))
        tally.check(same, 'dice', f'{seed}:{" ".join(lines)}', '-', parted(want, got))


def part_dice(o, tally):
    global PATIENCE
    PATIENCE = 20
    for seed in range(o.seed, o.seed + o.rolls):
        with tempfile.TemporaryDirectory(prefix='diff-dice-') as folder:
            roll(o, tally, seed, folder)
            talk(o, tally, seed, folder)
            break_rules(o, tally, seed, folder)


# ---- packs

def unpacked(o, pack):
    """Path of the pack's text in the cache, or None."""
    source = os.path.join(o.packs, pack + '.yar.xz')
    if not os.path.exists(source):
        return None
    path = os.path.join(o.cache, pack + '.yar')
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(source):
        with lzma.open(source) as f, open(path + '.new', 'wb') as out:
            shutil.copyfileobj(f, out)
        os.rename(path + '.new', path)
    return path


def digest(rules, paths, command):
    h = hashlib.sha256(invoke(command, ['--version'], '/')[1].encode())
    with open(rules, 'rb') as f:
        h.update(f.read())
    for path in paths:
        s = os.stat(path)
        h.update(f'{path}\0{s.st_size}\0{s.st_mtime_ns}\n'.encode())
    return h.hexdigest()[:32]


def pack_args(rules):
    args = ['-w', '-p', '2', '--scan-list']
    for name in PACK_VARS:
        args += ['-d', name + '=']
    return args + [rules, 'LIST']


def oracle_pack(o, rules, paths):
    """Matches by the oracle, from the cache when nothing changed since."""
    kept = os.path.join(o.cache, 'oracle-' + digest(rules, paths, o.oracle))
    if not os.path.exists(kept):
        found = scan(o.oracle, pack_args(rules), paths, '/', spaced=True)
        said = ''.join(found.pop('(exit)', []))
        unread = re.findall(r'error scanning (\S+): ', said)
        if said and not unread:
            sys.exit(f'the oracle fails on {rules}: {said}')
        found.update((path, ['(exit)']) for path in unread)
        with open(kept + '.new', 'w', encoding='latin-1') as f:
            f.writelines(f'{r} {p}\n' for p in sorted(found) for r in found[p])
        os.rename(kept + '.new', kept)
    with open(kept, encoding='latin-1') as f:
        return by_file(f.read(), True)


def part_pack(o, tally, pack):
    rules = unpacked(o, pack)
    if not rules:
        tally.skip(pack, f'{o.packs}/{pack}.yar.xz is not here (--packs DIR)')
        return
    lists = []
    if not o.real:
        lists.append(('made', witness.write(rules, os.path.join(o.cache, 'witness-' + pack))))
    if os.path.exists(o.list):
        with open(o.list, encoding='utf-8') as f:
            lists.append(('real', f.read().splitlines()))
    else:
        tally.skip(pack, f'{o.list} is not here: run tests/diff/files/make.sh')
    for kind, paths in lists:
        want = oracle_pack(o, rules, paths)
        got = scan(o.engine, pack_args(rules), paths, '/', spaced=True)
        pairs = sum(len(v) for v in want.values())
        print(f'{pack}: {len(paths)} {kind} files, yara finds {pairs} pairs of '
              f'{len({r for v in want.values() for r in v})} rules')
        for path in paths + ['(exit)']:
            w, g = want.get(path, []), got.get(path, [])
            if w == ['(exit)']:
                tally.skip(pack, f'yara does not get through {path}')
                continue
            less, more = sorted(set(w) - set(g)), sorted(set(g) - set(w))
            for rule in less + more:
                tally.check(False, pack, rule, path, 'only ' + ('yara' if rule in less else 'engine'))
            if not less and not more:
                tally.check(w == g, pack, '-', path, 'same rules in another order')


def main():
    cache = os.path.join(os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache')))
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument('--engine', default='yara', help='command that takes yara\'s arguments')
    p.add_argument('--oracle', default='yara', help='Debian\'s yara')
    p.add_argument('--packs', default=os.environ.get('CANDOR_PACKS', os.path.join(ROOT, '../shared/data/rules')))
    p.add_argument('--list', default=os.path.join(cache, 'candor-corpus/lists/full'))
    p.add_argument('--real', action='store_true', help='packs: without files made of their strings')
    p.add_argument('--cache', default=os.path.join(cache, 'candor-diff'))
    p.add_argument('--seed', type=int, default=1, help='first seed of dice')
    p.add_argument('--rolls', type=int, default=10, help='batches of dice')
    p.add_argument('what', nargs='*', choices=[[], *WHATS])
    o = p.parse_args()
    o.engine, o.oracle = shlex.split(o.engine), shlex.split(o.oracle)
    o.engine[0] = os.path.abspath(shutil.which(o.engine[0]) or o.engine[0])
    if not shutil.which(o.oracle[0]):
        print('SKIP Debian\'s yara is not installed (apt-get install yara)')
        sys.exit(77)
    os.makedirs(o.cache, exist_ok=True)
    tally = Tally(read_explained(os.path.join(HERE, 'explained')))
    parts = {'hand': part_hand, 'v45': part_v45,
             'errors': lambda o, t: part_texts(o, t, 'errors'),
             'warnings': lambda o, t: part_texts(o, t, 'warnings'), 'cli': part_cli,
             'dice': part_dice}
    for what in o.what or WHATS:
        if what in parts:
            parts[what](o, tally)
        else:
            part_pack(o, tally, what)
    if tally.known:
        print(f'{tally.known} differences are explained (tests/diff/yara/explained)')
    print(f'{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
