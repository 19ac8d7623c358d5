#!/usr/bin/env python3
"""Does --dialect switch what the table says, and nothing else?

    run.py CANDOR [--oracles]       TAP: a test for each line of the table

With --oracles YARA-X ($YARAX, as in bench/run) and Debian's yara (conditions that it
compiles) are asked, too.
"""
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = ('dotnet', 'elf', 'hash', 'macho', 'math', 'pe', 'string', 'vba')
OWN = ('vba',)      # no oracle has it
PACKAGE = os.path.expanduser('~/.cache/candor-bench/node_modules/@litko/yara-x-linux-x64-gnu')


def table():
    with open(os.path.join(HERE, 'table')) as f:
        for line in f:
            if line.strip() and line[0] != '#':
                file, yara, yarax, condition = line.split(None, 3)
                yield file, yara[0] == '1', yarax == '1', condition.strip(), yara[1:] == '*'


def samples(files, folder):
    """{file: path}, made as the golden tests make them."""
    sys.dont_write_bytecode = True
    paths, made = {}, {}
    for file in files:
        kind, _, name = file.partition(':')
        if name and kind not in made:
            spec = importlib.util.spec_from_file_location(
                'gen_' + kind, os.path.join(HERE, '../../gen', kind + '.py'))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            made[kind] = module.make()
        paths[file] = os.path.join(folder, file.replace(':', '-'))
        with open(paths[file], 'wb') as f:
            f.write(made[kind][name] if name else b'hello\n')
    return paths


def source(rows, modules=MODULES):
    return ''.join(f'import "{m}"\n' for m in modules) + \
        ''.join(f'rule r{i} {{ condition: {c} }}\n' for i, c in rows)


def candor(program, rules, path, *options):
    out = subprocess.run([program, 'scan', '--json', *options, '-r', rules, path],
                         capture_output=True, text=True)
    if out.returncode not in (0, 1):
        sys.exit(out.stderr)
    return {r['rule'] for line in out.stdout.splitlines()
            for r in json.loads(line).get('rules', ())}


def yarax(path, rows):
    job = [{'file': path, 'rules': source(rows, [m for m in MODULES if m not in OWN])}]
    out = subprocess.run(['node', os.path.join(HERE, '../yarax.js')], input=json.dumps(job),
                         stdout=subprocess.PIPE, text=True, check=True,
                         env=dict(os.environ, YARAX=os.environ.get('YARAX', PACKAGE)))
    return set(json.loads(out.stdout))


def yara(path, rows, folder):
    """One rule at a time: Debian's version lacks functions. {} where it cannot say."""
    said, rules = {}, os.path.join(folder, 'yara.yar')
    for i, c in rows:
        with open(rules, 'w') as f:
            f.write(source([(i, c)], [m for m in MODULES if m + '.' in c]))
        out = subprocess.run(['yara', '-w', rules, path], capture_output=True, text=True)
        if out.returncode == 0:
            said[f'r{i}'] = out.stdout != ''
    return said


def main(program, *options):
    lines = list(table())
    print(f'1..{len(lines)}')
    verdict = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = samples({line[0] for line in lines}, folder)
        for file, path in paths.items():
            rows = [(i, line[3]) for i, line in enumerate(lines) if line[0] == file]
            rules = os.path.join(folder, 'rules.yar')
            with open(rules, 'w') as f:
                f.write(source(rows))
            plain, other = candor(program, rules, path), \
                candor(program, rules, path, '--dialect', 'yara-x')
            ask = options and file.split(':')[0] not in OWN
            asked = yarax(path, rows) if ask else other
            told = yara(path, [r for r in rows if not lines[r[0]][4]], folder) if ask else {}
            for i, _ in rows:
                name = f'r{i}'
                verdict[i] = {'candor': name in plain, 'yara-x dialect': name in other,
                              'YARA-X': name in asked,
                              'yara': told.get(name, lines[i][1])}
    for i, (file, want, wantx, condition, _) in enumerate(lines):
        v = verdict[i]
        good = (v['candor'], v['yara']) == (want, want) and \
            (v['yara-x dialect'], v['YARA-X']) == (wantx, wantx)
        print(f'{"" if good else "not "}ok {i + 1} - {file}: {condition}')
        if not good:
            print(f'# {v}')


if __name__ == '__main__':
    main(*sys.argv[1:])
