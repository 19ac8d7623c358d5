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
    'tools': 'of YARA-X',
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


FUNCTIONS = ('calculate_checksum', 'imphash', 'is_dll', 'is_32bit', 'is_64bit')
RULES = 'import "pe" import "console"' + ''.join(
    ' rule %s { condition: console.log("%s ", pe.%s()) }' % (f, f, f) for f in FUNCTIONS)


def ask_yara(path):
    """The dump of the module, and what its functions returned, as candor prints it."""
    out = subprocess.run(['yara', '-D', '/dev/stdin', path], input=RULES.encode(),
                         capture_output=True).stdout.decode('latin-1')
    calls = [line for line in out.split('\n') if line.split(' ')[0] in FUNCTIONS]
    return parse_dump(out), sorted(c for c in calls if not c.endswith(path))


def ask_candor(facts, path):
    calls = subprocess.run([facts, '-f', '-m', 'pe', path], capture_output=True).stdout.decode()
    dump = subprocess.run([facts, '-j', '-m', 'pe', path], capture_output=True).stdout
    return json.loads(dump), sorted(calls.split('\n')[:-1])


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


def explain_exports(ours, theirs):
    """4.2.3 stopped at 8,192 exports, 4.5 at 16,384: the first ones must agree."""
    if theirs.get('number_of_exports') == 8192 < ours.get('number_of_exports', 0):
        ours['export_details'] = ours['export_details'][:8192]
        ours['number_of_exports'] = 8192


def explain_imphash(ours, calls):
    """4.2.3 cut a library's name at its first dot, 4.5 (and pefile) at its last."""
    names = [lib['library_name'] for lib in ours.get('import_details') or []]
    if any(n.count('.') > 1 for n in names):
        return [c for c in calls if not c.startswith('imphash')]
    return calls


def main():
    facts, files = sys.argv[1], sys.argv[2:]
    bad = signed = 0
    for f in files:
        theirs, their_calls = ask_yara(f)
        ours, our_calls = ask_candor(facts, f)
        explain_exports(ours, theirs)
        our_calls, their_calls = (explain_imphash(ours, c) for c in (our_calls, their_calls))
        found = differences(ours, theirs)
        if our_calls != their_calls:
            found.append('functions: %r, yara has %r' % (our_calls, their_calls))
        signed += ours.get('number_of_signatures', 0) > 0
        bad += bool(found)
        for line in found[:8]:
            print('%s: %s' % (f, line[:300]))
    print('%d files, %d of them signed: %d differ' % (len(files), signed, bad))
    return bad > 0


sys.exit(main())
