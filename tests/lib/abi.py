#!/usr/bin/env python3
"""abi.py ROOT SHARED STATIC [--update] - the interface of libcandor is what was promised.

tests/lib/abi.txt holds one line for each function, struct member and enumerator. A line
that vanishes or changes breaks programs that were compiled before; a new one is taken up
with --update, and belongs into lib/candor.map. Speaks TAP.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402

ROOT, SHARED, STATIC = (pathlib.Path(p) for p in sys.argv[1:4])
HEADER = ROOT / 'src/lib/candor.h'
KNOWN = ROOT / 'tests/lib/abi.txt'
text = re.sub(r'/\*.*?\*/', '', HEADER.read_text(), flags=re.S)


def run(*args, **kw):
    return subprocess.run([str(a) for a in args], text=True, capture_output=True, **kw)


def compiler(lang):
    """The first compiler that has the language."""
    for cc in ('cc', 'gcc', 'clang', 'clang-14', 'g++'):
        try:
            if run(cc, '-x', lang, '-fsyntax-only', '-', input='int x;').returncode == 0:
                return cc
        except FileNotFoundError:
            pass
    return None


def functions():
    return sorted(re.findall(r'\bCANDOR_API\b[^;]*?\b(candor_\w+)\(', text))


def members(body):
    """The names in a struct's body, without those of parameters."""
    out = []
    for decl in filter(None, (d.strip() for d in body.split(';'))):
        out.append(re.search(r'(\w+)$', decl)[1])
    return out


def layout():
    """Lines of abi.txt: the functions, and what the compiler says of the rest."""
    structs = re.findall(r'^struct (candor_\w+) \{(.*?)^\};', text, re.M | re.S)
    enums = re.findall(r'\b(CANDOR_[A-Z0-9_]+) *=', text)
    code = ['#include <stdio.h>', f'#include "{HEADER}"', 'int main(void) {']
    for name, body in structs:
        code.append(f'printf("struct {name} %zu\\n", sizeof(struct {name}));')
        for m in members(body):
            code.append(f'printf("struct {name}.{m} %zu+%zu\\n", offsetof(struct {name}, {m}), '
                        f'sizeof(((struct {name} *)0)->{m}));')
    code += [f'printf("enum {e} %d\\n", (int){e});' for e in enums]
    code.append('return 0; }')
    with tempfile.TemporaryDirectory() as d:
        program = pathlib.Path(d) / 'layout'
        made = run(compiler('c'), '-std=c11', '-x', 'c', '-', '-o', program, input='\n'.join(code))
        if made.returncode != 0:
            sys.exit(made.stderr)
        said = run(program).stdout
    return [f'function {f}' for f in functions()] + said.splitlines()


def exported(path, *flags):
    out = run('nm', '--defined-only', *flags, path).stdout
    return sorted({w[2].split('@')[0] for w in map(str.split, out.splitlines())
                   if len(w) == 3 and w[1] in 'TDBRVW'})


def versions():
    """{symbol: version} of the shared library."""
    return dict(re.findall(r' T (candor_\w+)@@(\w+)', run('nm', '-D', '--defined-only', SHARED).stdout))


have = layout()
if sys.argv[4:] == ['--update']:
    KNOWN.write_text('\n'.join(have) + '\n')
known = KNOWN.read_text().splitlines()
gone, new = [l for l in known if l not in have], [l for l in have if l not in known]
check(not gone, 'everything that was promised is there', 'broken:', *gone)
check(not new, 'nothing is there that is not in abi.txt', 'take it up with --update:', *new)
check(len(known) > 100 and functions(), 'the list is a list')

names = re.findall(r'^\t(candor_\w+);$', (ROOT / 'lib/candor.map').read_text(), re.M)
check(sorted(names) == functions(), 'lib/candor.map is the header', set(names) ^ set(functions()))
check(exported(SHARED, '-D') in (functions(), sorted(functions() + ['CANDOR_1'])),
      'the shared library exports the header and nothing else',
      set(exported(SHARED, '-D')) ^ set(functions()))
check(set(versions().values()) == {'CANDOR_1'} and set(versions()) == set(functions()),
      'under the version CANDOR_1', versions())
check(exported(STATIC, '-g') == functions(), 'the static one, too',
      set(exported(STATIC, '-g')) ^ set(functions()))

symbols = (ROOT / 'debian/libcandor1.symbols').read_text()
check(re.findall(r'^ (candor_\w+)@CANDOR_1 ', symbols, re.M) == functions(),
      'debian/libcandor1.symbols is the header', set(functions()) ^ set(re.findall(r' (candor_\w+)@', symbols)))

strict = ['-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fsyntax-only']
for lang, std in (('c', 'c11'), ('c', 'c99'), ('c++', 'c++11'), ('c++', 'c++17')):
    cc = compiler(lang)
    out = run(cc, '-x', lang, f'-std={std}', *strict, '-', input=f'#include "{HEADER}"\n' * 2) if cc else None
    check(out is not None and out.returncode == 0, f'the header compiles alone as {std}',
          out.stderr if out else 'no compiler')
done()
