"""What the lints share: where the C files are, and the layer table of meson.build."""
import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.').resolve()


def layers():
    """{layer: [layers it may include]}, read from meson.build, its only home."""
    text = (ROOT / 'meson.build').read_text()
    return ast.literal_eval(re.search(r'^layers = (\{.*?^\})', text, re.M | re.S)[1])


def closure(layer, table):
    """The layer and everything below it."""
    return {layer}.union(*(closure(n, table) for n in table[layer]))


def files(*globs, folders=('bin', 'src', 'tests', 'fuzz', 'bench', 'man')):
    """C files below the folders, sorted; folders that do not exist are empty."""
    return sorted(f for d in folders for g in globs for f in (ROOT / d).rglob(g))


def code(text):
    """The text with comments and the insides of literals blanked, lines kept."""
    token = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(token, lambda m: re.sub(r'[^\n]', ' ', m[0]), text, flags=re.S)


def verdict(rule, bad):
    """Prints what is wrong under the rule it breaks, and exits accordingly."""
    print('rule:', rule)
    for line in bad:
        print('  ' + line)
    print(f'{len(bad)} broken' if bad else 'kept')
    sys.exit(1 if bad else 0)
