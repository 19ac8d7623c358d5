#!/usr/bin/env python3
"""Asks YARA-X whether it knows of files what candor knows.

    yarax.py [-c] FACTS MODULE FILE...      FACTS: build-check/tests/facts

What candor's parser says of each file becomes rules, one for each value, length of an
array and field that is undefined; YARA-X (npm's build; $YARAX, or where bench/run
fetched it to) says which are true. Prints those that are not; exit 1 when there are any. -c compares
the constants too. Fields named in tests/diff/explained/MODULE.yarax ("PATH  why") are
left out (patterns of fnmatch, [] for an index): each is explained in docs/formats/MODULE.md.
"""
import fnmatch
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BOOLS = re.compile(r'(^|\.)(is_[a-z]+|verified|abstract|sealed|static|final|virtual)$')
MOST = 400          # rules for a file: a large table is compared at its ends only
EDGE = 20
BATCH = 200
PACKAGE = os.path.expanduser(
    '~/.cache/candor-bench/node_modules/@litko/yara-x-linux-x64-gnu')


def schema(facts, module):
    """{path with [] for an index: type}, and {name: value} of the constants."""
    fields, constants = {}, {}
    out = subprocess.run([facts, '-s', '-m', module], capture_output=True, text=True, check=True)
    for line in out.stdout.splitlines():
        kind, path, *more = line.split(' ')
        if kind == 'const':
            constants[path] = int(more[0])
        elif kind != 'function':
            fields[path] = kind
    return fields, constants


def explained(module):
    try:
        with open(os.path.join(HERE, 'explained', module + '.yarax')) as f:
            return {line.split()[0].replace('[]', '[[][]]')
                    for line in f if line.strip() and line[0] != '#'}
    except FileNotFoundError:
        return set()


def literal(v):
    if isinstance(v, int):
        return str(v)
    return '"' + ''.join(f'\\x{ord(c):02x}' for c in v) + '"'


def general(path):
    return re.sub(r'\[\d+\]', '[]', path)


class Claims:
    """The conditions that hold of a file if YARA-X reads it as we do."""

    def __init__(self, module, fields, without):
        self.module, self.fields, self.without, self.list = module, fields, without, []

    def add(self, path, condition):
        if not any(fnmatch.fnmatchcase(general(path), w) for w in self.without):
            self.list.append((path, condition))

    def value(self, path, v):
        full = f'{self.module}.{path}'
        if isinstance(v, dict):
            self.struct(path + '.', v)
        elif isinstance(v, list):
            self.add(path, f'{full}.len() == {len(v)}')
            for i, e in enumerate(v):
                if i < EDGE or i >= len(v) - EDGE:
                    self.value(f'{path}[{i}]', e)
        elif v is None:
            self.add(path, f'not defined {full}')
        elif BOOLS.search(path):
            self.add(path, full if v else f'not {full}')
        else:
            self.add(path, f'{full} == {literal(v)}')

    def struct(self, prefix, values):
        """Each field of a struct: as it is, or undefined."""
        start = general(prefix)
        for path, kind in self.fields.items():
            if not path.startswith(start) or '.' in (name := path[len(start):]):
                continue
            if values.get(name) is not None:
                self.value(prefix + name, values[name])
            elif kind == 'array':
                if values or not prefix:    # of no struct at all, YARA-X says 1
                    self.add(prefix + name, f'{self.module}.{prefix}{name}.len() == 0')
            elif kind == 'struct':
                self.struct(f'{prefix}{name}.', {})
            elif kind != 'dict':
                self.add(prefix + name, f'not defined {self.module}.{prefix}{name}')


def rules(module, conditions):
    return f'import "{module}"\n' + '\n'.join(
        f'rule r{i} {{ condition: {c} }}' for i, (_, c) in enumerate(conditions))


def judge(jobs):
    """Some at a time: YARA-X keeps much address space for each set of rules."""
    os.environ.setdefault('YARAX', PACKAGE)
    for i in range(0, len(jobs), BATCH):
        out = subprocess.run(['node', os.path.join(HERE, 'yarax.js')],
                             input=json.dumps(jobs[i:i + BATCH]), stdout=subprocess.PIPE,
                             text=True, check=True)
        yield from (json.loads(line) for line in out.stdout.splitlines())


def main(argv):
    with_constants = '-c' in argv
    facts, module, *files = [a for a in argv if a != '-c']
    fields, constants = schema(facts, module)
    without, jobs, claims = explained(module), [], []
    for path in files:
        told = subprocess.run([facts, '-j', '-m', module, path], capture_output=True).stdout
        c = Claims(module, fields, without)
        c.struct('', json.loads(told))
        if with_constants:
            c.list += [(n, f'{module}.{n} == {v}') for n, v in constants.items()
                       if not any(fnmatch.fnmatchcase(n, w) for w in without)]
            with_constants = False
        claims.append(c.list[:MOST])
        jobs.append({'file': path, 'rules': rules(module, claims[-1])})
    wrong = 0
    for path, want, have in zip(files, claims, judge(jobs)):
        if isinstance(have, dict):
            print(f'{path}: {have["error"]}')
            wrong += 1
            continue
        missing = [c for i, (_, c) in enumerate(want) if f'r{i}' not in set(have)]
        wrong += len(missing) > 0
        for c in missing:
            print(f'{path}: not so: {c}')
    print(f'{len(files)} files, {sum(map(len, claims))} claims, {wrong} files differ')
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
