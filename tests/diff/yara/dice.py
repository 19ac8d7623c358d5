"""Rules and data by chance: what nobody thought of writing down.

A seed gives one batch: some hundred rules, one a line, and some dozen small files over the same
few letters, so that most rules match somewhere and few match everywhere. The grammar is walked
with types, so that most rules compile; those that do not are part of the test, too (same text,
same line). What YARA 4.2, the oracle at hand, does otherwise than 4.5 is not made: `none` and 0
as a quantifier, `at` an undefined offset, `~` in hex strings, lists of texts.
"""
import base64
import random
import re

LETTERS = 'abcAB1_ .'
NAMES = ('$a', '$b', '$c')
ALPHABET = '!@#$%^&*(){}[].,|ABCDEFGHIJ\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu'
INTS = ('0', '1', '2', '3', '7', '10', '63', '64', '65', '255', '256', '0x7fffffffffffffff', '-1', '-2',
        '1KB', '4294967296', '0o17')
FLOATS = ('0.0', '1.0', '0.5', '2.5', '-1.5', '1000000.0', '0.1')


class Dice(random.Random):
    """The generator of one batch: every choice comes from the seed."""

    def one(self, *of):
        return self.choice(of)

    def some(self, parts, low, high):
        return [self.choice(parts) for _ in range(self.randint(low, high))]

    def maybe(self, chance, text):
        return text if self.random() < chance else ''


# ---- strings

def quoted(text):
    return '"' + ''.join(c if 32 <= ord(c) < 127 and c not in '"\\' else f'\\x{ord(c):02x}'
                         for c in text) + '"'


def word(d):
    return ''.join(d.some(LETTERS, 1, d.one(2, 3, 3, 4, 8)))


def text_modifiers(d):
    mods = []
    if d.random() < 0.75:
        kind = d.random()
        if kind < 0.4:
            mods += d.sample(['nocase', 'wide', 'ascii', 'fullword', 'private'], d.randint(0, 3))
        elif kind < 0.75:
            low = d.randint(0, 255)
            mods.append(d.one('xor', f'xor({low})', f'xor({low}-{d.randint(low, 255)})',
                              'xor(0-2)', 'xor(1-0x20)'))
            mods += d.sample(['wide', 'ascii', 'fullword'], d.randint(0, 2))
        else:
            mods.append(d.one('base64', 'base64wide', 'base64 base64wide',
                              f'base64({quoted(ALPHABET)})', f'base64wide({quoted(ALPHABET)})'))
            mods += d.sample(['wide', 'ascii'], d.randint(0, 2))
    if d.random() < 0.04:
        mods.append(d.one('nocase', 'fullword', 'xor', 'base64', 'wide'))
    d.shuffle(mods)
    return ' '.join(mods)


def text_string(d):
    return quoted(word(d)) + ' ' + text_modifiers(d)


def hex_byte(d):
    h = f'{ord(d.choice(LETTERS)):02x}'
    return d.choices((h, '?' + h[1], h[0] + '?', '??'), (12, 2, 2, 2))[0]


def hex_jump(d, inside):
    low = d.randint(0, 4)
    jumps = [f'[{low + 1}]', f'[{low}-{low + d.randint(0, 4)}]']
    return d.choice(jumps if inside else jumps + ['[-]', f'[{low}-]', f'[{low}-{250 + low}]'])


def hex_tokens(d, depth, inside):
    parts = [hex_byte(d)]
    for _ in range(d.randint(0 if inside else 1, 4)):
        kind = d.random()
        if kind < 0.2:
            parts += [hex_jump(d, inside), hex_byte(d)]
        elif kind < 0.35 and depth:
            parts.append('( ' + ' | '.join(hex_tokens(d, depth - 1, True)
                                           for _ in range(d.randint(1, 3))) + ' )')
        else:
            parts.append(hex_byte(d))
    return ' '.join(parts)


def hex_string(d):
    return '{ ' + hex_tokens(d, 2, False) + ' } ' + d.maybe(0.05, 'private')


# ---- regular expressions

def re_class(d):
    items = ''.join(d.some(('a', 'b', '1', '_', 'a-c', 'A-B', '\\d', '\\w', '\\s', '0-9', '.', '\\x00-\\x20',
                            '\\n', '\\S'), 1, 3))
    return '[' + d.maybe(0.25, '^') + d.maybe(0.05, ']') + items + d.maybe(0.05, '-') + ']'


def re_atom(d, depth, lazy):
    kind = d.random()
    if kind < 0.55 or not depth and kind < 0.75:
        c = d.choice(LETTERS)
        return '\\' + c if c == '.' else c
    if kind < 0.65:
        return '.'
    if kind < 0.72:
        return re_class(d)
    if kind < 0.78:
        return d.one('\\w', '\\W', '\\s', '\\S', '\\d', '\\D', '\\n', '\\x00', '\\.')
    if kind < 0.84:
        return d.one('\\b', '\\B', '^', '$')
    return '(' + re_alternatives(d, depth - 1, lazy) + ')' if depth else 'a'


def re_quantifier(d, lazy):
    low = d.randint(0, 3)
    q = d.one('*', '+', '?', f'{{{low}}}', f'{{{low},}}', f'{{,{low + 1}}}', f'{{{low},{low + d.randint(0, 3)}}}')
    return q + ('?' if lazy else '')


def re_concat(d, depth, lazy, consumes):
    """consumes: has a letter. 4.2 tells no matches of length 0, and where all but an optional
    part has no atom (as in /a?[12]/) it searches for that part and misses what is without it."""
    parts = []
    for _ in range(d.randint(1, 5) - consumes):
        part = re_atom(d, depth, lazy)
        if part not in ('\\b', '\\B', '^', '$') and d.random() < 0.3:
            part += re_quantifier(d, lazy)
        parts.append(part)
    if consumes:
        parts.insert(d.randint(0, len(parts)), d.one('a', 'b', '1', '_', 'ab'))
    return ''.join(parts)


def re_alternatives(d, depth, lazy, consumes=False):
    return '|'.join(re_concat(d, depth, lazy, consumes)
                    for _ in range(d.choices((1, 2, 3), (6, 3, 1))[0])) + \
        ('' if consumes else d.maybe(0.04, '|'))


def regex(d):
    return '/' + re_alternatives(d, 2, d.random() < 0.4, True) + '/' + d.maybe(0.2, 'i') + d.maybe(0.3, 's')


def regex_string(d):
    """Where a start has several lengths, YARA's word on fullword hangs on the atom that it
    chose; and it looks for a wide form only where what follows the atom has no plain one."""
    text = regex(d)
    mods = ['nocase', d.one('wide', 'wide', 'ascii')] + ['fullword'] * ('|' not in text)
    return text + ' ' + ' '.join(d.sample(mods, d.choices((0, 1, 2, 3), (5, 3, 2, 1))[0] % (len(mods) + 1)))


STRINGS = {'text': text_string, 'hex': hex_string, 'regex': regex_string}


def string_rule(d, kind, name):
    """One string, reported wherever it matches."""
    return f'rule {name} {{ strings: $a = {STRINGS[kind](d)} condition: $a }}'


# ---- conditions

def number(d, depth):
    kind = d.randint(0, 11) if depth else d.randint(0, 4)
    if kind < 3:
        return d.choice(INTS)
    if kind == 3:
        return d.one('filesize', '#a', '#b', '@a', '!a', 'ext_i', 'math.abs(-3)', 'pe.entry_point')
    if kind == 4:
        return d.one('@a[1]', '@b[2]', '!a[1]', '!b[9]', '@a[0]', 'uint8(0)', 'uint8(filesize)', 'int32be(1)')
    if kind < 8:
        return f'({number(d, depth - 1)} {d.one("+", "-", "*", "&", "|", "^")} {number(d, depth - 1)})'
    if kind == 8:
        return f'({number(d, depth - 1)} {d.one(chr(92), "%", "<<", ">>")} {number(d, depth - 1)})'
    if kind == 9:
        return d.one('-', '~') + f'({number(d, depth - 1)})'
    if kind == 10:
        reader = d.one('', 'u') + 'int' + d.one('8', '16', '32') + d.one('', 'be')
        return f'{reader}({number(d, depth - 1)})'
    return d.one(f'@{d.one("a", "b")}[{number(d, depth - 1)}]', f'!{d.one("a", "b")}[{number(d, depth - 1)}]',
                 f'#{d.one("a", "b")} in ({number(d, depth - 1)}..{number(d, depth - 1)})')


def real(d, depth):
    if depth and d.random() < 0.5:
        left, right = real(d, depth - 1), d.one(real, number)(d, depth - 1)
        if d.random() < 0.5:
            left, right = right, left
        return f'({left} {d.one("+", "-", "*", chr(92))} {right})'
    return d.one(*FLOATS, 'ext_f', 'math.mean(0, filesize)', 'math.mean(filesize, 5)', '-ext_f')


def string(d):
    return d.one('"a"', '"abc"', '"ABC"', '""', '"a.c"', '"bc"', 'ext_s', 'pe.sections[0].name', '"a\\x00b"')


def compare(d, depth):
    op = d.one('==', '!=', '<', '<=', '>', '>=')
    kind = d.random()
    if kind < 0.5:
        return f'{number(d, depth)} {op} {number(d, depth)}'
    if kind < 0.7:
        left, right = real(d, depth), d.one(real, number)(d, depth)
        return f'{left} {op} {right}' if d.random() < 0.5 else f'{right} {op} {left}'
    if kind < 0.95:
        op = d.one(op, 'contains', 'icontains', 'startswith', 'istartswith', 'endswith', 'iendswith', 'iequals')
        return f'{string(d)} {op} {string(d)}'
    return f'{string(d)} matches {regex(d)}'


def string_set(d):
    return d.one('them', '($a)', '($a, $b)', '($*)', '($a*, $c)', '($b, $c)')


def quantifier(d, depth):
    return d.one('any', 'all', '1', '2', '3', '50%', '34%', '100%', f'({number(d, depth)} | 1)')


def loop_name(d, depth):
    return 'ijkl'[depth % 4] + d.one('', 'x')


def loop(d, depth):
    """A loop over numbers; its body compares the variable with something."""
    name = loop_name(d, depth)
    over = d.one(f'({d.randint(-2, 9)}..{d.one("#a", "filesize", 9, "@a[2]")})', '(1..#a)', '(0..3)', '(1,2,3)', '(#a, filesize, 1)',
                 f'(@a & 7..{number(d, 0)} & 7)')
    body = d.one(f'{name} == {number(d, depth - 1)}', f'@a[{name}] < {number(d, depth - 1)}',
                 f'uint8({name}) == {number(d, depth - 1)}', f'$a at {name}', f'!b[{name}] > 1',
                 f'{name} > 0 and {condition(d, depth - 1)}')
    return f'for {d.one("any", "all", "1", "2")} {name} in {over} : ( {body} )'


def each(d, depth):
    body = d.one('$', '# > 1', '@ < 10', '! > 1', '@[2] > 3', '$ at 0', '$ in (0..5)', '# in (0..9) == 1',
                 f'! == {number(d, depth - 1)}', f'# < {number(d, depth - 1)} and $')
    return f'for {d.one("any", "all", "1", "2")} of {string_set(d)} : ( {body} )'


def place(d, depth):
    low, high = sorted((d.randint(0, 30), d.randint(0, 60)))
    low, high = low, high + (low == high)
    return d.one('', '', f' at {d.randint(0, 40)}', f' in ({low}..{high})', ' in (0..filesize)',
                 f' in ({low}..{number(d, 0)})', ' at filesize - 3', ' at #a')


def condition(d, depth, nested=False):
    kind = d.random()
    if depth <= 0 or kind < 0.25:
        return compare(d, max(depth, 0))
    if kind < 0.35:
        return d.choice(NAMES) + place(d, depth)
    if kind < 0.45:
        return f'{quantifier(d, 0)} of {string_set(d)}'
    if kind < 0.5:
        return f'{d.one("any", "all", "1")} of {string_set(d)} in ({d.randint(0, 9)}..{d.randint(9, 60)})'
    if kind < 0.6:
        return d.one(loop, each)(d, depth) if not nested else loop(d, depth)
    if kind < 0.7:
        return f'not ({condition(d, depth - 1)})'
    if kind < 0.78:
        return f'defined ({condition(d, depth - 1)})'
    if kind < 0.82:
        return d.one('true', 'false', 'ext_b', number(d, 1), string(d), 'pe.is_pe')
    return f'({condition(d, depth - 1)}) {d.one("and", "or")} ({condition(d, depth - 1)})'


def plain_string(d):
    """A string of one length a start: conditions look at lengths."""
    while True:
        text = STRINGS[d.one('text', 'text', 'hex', 'regex')](d)
        if text[0] == '"' or '|' not in text:
            return text


def condition_rule(d, name):
    """Three strings, always counted as used, under a condition of any shape."""
    strings = ' '.join(f'{n} = {plain_string(d)}' for n in NAMES)
    return f'rule {name} {{ strings: {strings} condition: ({condition(d, 3)}) ' \
           'and (any of them or not any of them) }'


def matches_rule(d, name):
    value = quoted(''.join(d.some(LETTERS + '\n\0', 0, 12)))
    return f'rule {name} {{ condition: {value} matches {regex(d)} and filesize < {d.randint(0, 200)} }}'


def rules(d, count):
    """(head line, rules): one rule a line."""
    made = []
    for i in range(count):
        kind = d.choices(('text', 'hex', 'regex', 'condition', 'matches'), (5, 4, 6, 10, 1))[0]
        name = f'{kind}_{i}'
        if kind in STRINGS:
            made.append(string_rule(d, kind, name))
        else:
            made.append((condition_rule if kind == 'condition' else matches_rule)(d, name))
    return made


# ---- rules that speak of each other

FAMILY = ('one', 'two', 'pair', 'one_more')


def family_condition(d, before):
    """before: names of earlier rules."""
    if before and d.random() < 0.75:
        prefixed = [n + '*' for n in before if n[0] in 'op'] or before
        name = d.choice(before)
        of = ', '.join(d.some(before + prefixed, 1, 3))
        return d.one(name, f'not {name}', f'{name} and {d.choice(before)}', f'defined {name}',
                     f'{d.one("any", "all", "1", "50%")} of ({of})', f'({name}) or $a', f'not {name} or #a > 1')
    return d.one('true', 'false', '$a', 'not $a', '#a > 1', 'filesize > 20', 'ext_b', '@a[1] > 5', '@a[9] > 5')


def family(d):
    """A file of rules with references, sets, private, global, tags and metas."""
    names, rules_made = [], []
    for i in range(d.randint(2, 9)):
        name = d.choice(FAMILY) + d.one('', f'_{i}', str(i))
        kinds = d.maybe(0.2, 'private ') + d.maybe(0.12, 'global ')
        tags = ' : ' + ' '.join(d.some(('t1', 't2', 't3'), 1, 2)) if d.random() < 0.4 else ''
        meta = 'meta: ' + ' '.join(d.some(('a = 1', 'b = -7', 'c = "x\\ty\\"z"', 'd = true', 'a = false', 'e = "\xe9"'),
                                          1, 3)) if d.random() < 0.4 else ''
        condition_made = family_condition(d, names)
        strings = f'$a = {text_string(d)}' if '$a' in condition_made or '#a' in condition_made or \
            '@a' in condition_made else d.maybe(0.1, f'$a = {text_string(d)} $b = "b"')
        rules_made.append(f'{kinds}rule {name}{tags} {{ {meta} {"strings: " + strings if strings else ""} '
                          f'condition: {condition_made} }}')
        names.append(name)
    return rules_made


TOKEN = re.compile(r'"(?:[^"\\\\]|\\\\.)*"|/(?:[^/\\\\]|\\\\.)+/[is]*|\{ [0-9a-f?][^}]*\}|[$#@!]?[\w.*]+|\S')
TOKENS = ('rule', '{', '}', '(', ')', 'condition', ':', 'strings', 'meta', '$a', '$b', '=', '"abc"', '/a.c/', '5', 'and',
          'not', 'of', 'them', 'for', 'any', 'in', '..', 'true', 'x', 'at', 'wide', ',', '+', '==', 'include', 'import',
          '-', '1.5', '{ 61 62 }', 'xor', 'private', '[', ']', '#a', '%', '.', '"', '/', '@', '0x', '\\', '~', '\xe9', '_')


def broken(d):
    """A valid rule, one token a line, with up to two tokens lost, doubled, swapped or replaced:
    the line of each error is the place."""
    text = d.choice((f'rule r : t {{ meta: a = 1 strings: $a = {text_string(d)} $b = {plain_string(d)} '
                     f'condition: any of them and {condition(d, 2)} }} rule s {{ condition: r }}',
                     condition_rule(d, 'r')))
    tokens = TOKEN.findall(text.replace('pe.', 'ext_').replace('math.', 'ext_'))
    for _ in range(d.randint(1, 2)):
        i = d.randrange(len(tokens))
        kind = d.randint(0, 3)
        if kind == 0:
            del tokens[i]
        elif kind == 1:
            tokens.insert(i, tokens[i])
        elif kind == 2:
            tokens.insert(i, tokens.pop(d.randrange(len(tokens))))
        else:
            tokens[i] = d.choice(TOKENS)
    return tokens


OPTIONS = ('-s', '-s', '-L', '-m', '-g', '-e', '-n', '-c', '-w', '-f', '-t t1', '-t t2', '-i one', '-i two', '-l 1',
           '-l 2', '-z 30', '-N', '-r', '-d ext_b=true', '-d ext_b=false', '-d ext_b=0', '-p 1')


def command_line(d):
    """Options by chance, in short form; rule files a.yar, b.yar, targets d00..d02, d."""
    rules_named = d.one('a.yar', 'b.yar', 'a.yar b.yar', 'x:a.yar y:b.yar', 'x:a.yar b.yar', 'x:a.yar x:b.yar')
    return ' '.join(d.sample(OPTIONS, d.randint(0, 5)) + [d.one('', '-d ext_b=true'), rules_named, d.one('d00', 'd01', 'd02')]).split()


# ---- data

def wide(data):
    return b''.join(bytes([c, 0]) for c in data)


def piece(d):
    data = ''.join(d.some(LETTERS, 1, 9)).encode()
    kind = d.randint(0, 9)
    if kind < 5:
        return data
    if kind == 5:
        return wide(data)
    if kind == 6:
        key = d.one(1, 2, 0x20, d.randint(0, 255))
        return bytes(c ^ key for c in d.one(data, wide(data)))
    if kind == 7:
        return base64.b64encode(bytes(d.randint(0, 3)) + d.one(data, wide(data)))
    if kind == 8:
        return wide(base64.b64encode(data))
    return bytes(d.some(range(256), 1, 4))


def repeated(d):
    return d.choice(LETTERS).encode() * d.randint(1, 20)


def data(d, strings):
    """One file: words of the alphabet in every guise, with some of the rules' own literals."""
    out = b''
    for _ in range(d.randint(0, 30)):
        kind = d.random()
        if kind < 0.55:
            out += piece(d)
        elif kind < 0.65:
            out += repeated(d)
        elif kind < 0.7:
            out += d.one(b'\n', b'\0', b' ', b'.', bytes(260))
        else:
            text = d.choice(strings)
            out += d.one(text, wide(text), text.swapcase(), base64.b64encode(b'x' * d.randint(0, 2) + text),
                         bytes(c ^ d.one(1, 2, 0x20) for c in text))
    return out


def batch(seed, count, files):
    """(rules, data) of a seed."""
    d = Dice(seed)
    made = rules(d, count)
    literals = [part.encode('latin-1') for rule in made for part in rule.split('"')[1:2] if '\\' not in part]
    return made, [data(d, literals or [b'abc']) for _ in range(files)]
