#!/usr/bin/env python3
"""fields.py CANDOR-MODULES.7 - is all there that YARA 4.5's modules have?

The manual is made from the tables that rules are compiled with, so what it names is what
a rule may use. Fields must have YARA's type, functions each of its overloads; a constant
of YARA may be a field here. Prints what is missing; exit 1 when something is.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent


def sections(lines, head):
    """{module: its lines}; a module begins where head matches."""
    found, now = {}, None
    for line in lines:
        m = re.match(head, line)
        if m:
            now = found.setdefault(m[1], set())
        elif now is not None and line and line[0] not in '.#':
            now.add(' '.join(line.split()))
    return found


want = sections((HERE / 'yara45.fields').read_text().splitlines(), r'\[(\w+)\]')
have = sections(pathlib.Path(sys.argv[1]).read_text().splitlines(), r'\.Ss (\w+)')
missing = 0
for module, rows in want.items():
    mine = have.get(module, set())
    names = {row.split(' = ')[0] + ' =' for row in mine if ' = ' in row}
    names |= {row.split()[0] + ' =' for row in mine}
    for row in sorted(rows - mine - names):
        value = row.split()[0] + ' ='
        if row.endswith(('integer', 'string', 'float')) and value in names and '(' not in row and \
                not any(r.startswith(row.split()[0] + ' ') and ' = ' not in r for r in mine):
            continue  # a constant there, which YARA declares as a field
        print(f'{module}: {row}')
        missing += 1
print(f'{sum(map(len, want.values()))} names of {len(want)} modules, {missing} missing')
sys.exit(missing > 0)
