#!/usr/bin/env python3
"""Compares what candor and Debian's yara know of PE files, field by field.

    compare.py FACTS FILE...

FACTS is the test program that prints facts as JSON. YARA 4.2.3 prints its modules
with -D. What is known to differ between 4.2.3 and 4.5 is in the table below, each
row with its reason; anything else is a difference. Prints one line each and ends
with a summary; exit 1 when there are differences.
"""
import json, re, subprocess, sys

# Fields that 4.2.3 does not have, or fills by a rule that 4.5 changed.
ABSENT = {
    'version_data': '4.3 added rich_signature.version_data',
    'is_signed': '4.3 verifies signatures',
    'rva': '4.3 added the address of an import, 4.5 that of an export',
}
SIGNATURE = ('thumbprint', 'issuer', 'subject', 'version', 'algorithm', 'algorithm_oid',
             'serial', 'not_before', 'not_after')


def unescape(s):
    """The bytes of a string as yara -D prints it, as latin-1 text."""
    return re.sub(r'\\x([0-9a-f]{2})', lambda m: chr(int(m[1], 16)), s)


def parse_dump(text):
    """yara -D's indented text as nested lists and dicts."""
    root = {}
    stack = [(-1, root)]
    for line in text.split('\n'):
        body = line.lstrip('\t')
        depth = len(line) - len(body)
        if not body or (depth == 0 and body != 'pe'):
            continue
        while stack[-1][0] >= depth:
            stack.pop()
        parent = stack[-1][1]
        key, eq, value = body.partition(' = ')
        if not eq:
            node = {}
            parent[key] = node
            stack.append((depth, node))
        elif value == 'YR_UNDEFINED' or body == 'offset = -1':
            continue  # 4.5 made the offset of an export undefined that has none
        elif value.startswith('"'):
            parent[key] = unescape(value[1:-1])
        else:
            parent[key] = int(value)
    return root.get('pe', {})


def rows(node):
    """An array of the dump, in order."""
    return [v for k, v in (node or {}).items() if k.startswith('[')]


def functions(libs):
    """4.2.3 numbers functions through all libraries and lists only some by library."""
    out = []
    for lib in libs:
        out.append(lib.get('library_name'))
        fs = lib.get('functions') or []
        fs = rows(fs) if isinstance(fs, dict) else fs
        out += [(f.get('name'), f.get('ordinal')) for f in fs]
    return out


def differences(ours, theirs):
    def check(path, a, b):
        # A backslash is not doubled in yara's text, so "\\x86" may be four bytes or one.
        if unescape(a) != b if isinstance(a, str) else a != b:
            out.append('%s: %r, yara has %r' % (path, a, b))

    def fields(path, a, b, skip=()):
        for k in sorted(set(a) | set(b)):
            if k in skip or k in ABSENT or k.isupper():
                continue
            if isinstance(a.get(k, b.get(k)), dict):
                fields(path + '.' + k, a.get(k) or {}, b.get(k) or {})
            else:
                check(path + '.' + k, a.get(k), b.get(k))

    def table(name, skip=()):
        a, b = ours.get(name) or [], rows(theirs.get(name))
        check('number of ' + name, len(a), len(b))
        for i, (x, y) in enumerate(zip(a, b)):
            fields('%s[%d]' % (name, i), x, y, skip)

    out = []
    tables = ('sections', 'data_directories', 'export_details', 'version_info_list')
    special = tables + ('resources', 'import_details', 'delayed_import_details', 'delay_import_details',
                        'signatures', 'number_of_delayed_imports', 'version_info',
                        'number_of_delayed_imported_functions')
    fields('pe', ours, theirs, special)
    for t in tables:
        table(t)
    fields('version_info', ours.get('version_info') or {}, theirs.get('version_info') or {})
    a, b = ours.get('resources') or [], rows(theirs.get('resources'))
    check('number of resources', len(a), len(b))
    for i, (x, y) in enumerate(zip(a, b)):
        x = dict(x)
        y = dict(y, rva=x.get('rva'))
        fields('resources[%d]' % i, x, y)
    check('imports', functions(ours.get('import_details') or []),
          functions(rows(theirs.get('import_details'))))
    a, b = ours.get('signatures') or [], rows(theirs.get('signatures'))
    for i, (x, y) in enumerate(zip(a, b)):
        for k in SIGNATURE:
            check('signatures[%d].%s' % (i, k), x.get(k), y.get(k))
    check('number of signatures', len(a), len(b))
    return out


def main():
    facts, files = sys.argv[1], sys.argv[2:]
    bad = signed = 0
    rule = 'import "pe" rule r { condition: false }'
    for f in files:
        yara = subprocess.run(['yara', '-D', '/dev/stdin', f], input=rule.encode(),
                              capture_output=True).stdout.decode('latin-1')
        candor = subprocess.run([facts, '-j', '-m', 'pe', f], capture_output=True).stdout
        ours = json.loads(candor)
        found = differences(ours, parse_dump(yara))
        signed += ours.get('number_of_signatures', 0) > 0
        bad += bool(found)
        for line in found[:8]:
            print('%s: %s' % (f, line[:300]))
    print('%d files, %d of them signed: %d differ' % (len(files), signed, bad))
    return bad > 0


sys.exit(main())
