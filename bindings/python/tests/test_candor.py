"""What `import candor` promises; run by meson, or
CANDOR_LIBRARY=.../libcandor.so.1 python3 -m unittest discover bindings/python/tests"""
import ctypes
import errno
import io
import mmap
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import candor  # noqa: E402
from candor import _lib  # noqa: E402

ROOT = pathlib.Path(__file__).parents[3]
WORKER = os.environ.get('CANDOR_WORKER')
FIND = 'rule f : t1 t2 { meta: a = "x" n = -3 b = true strings: $s = "find" condition: $s }'
ASKS = 'import "cuckoo" rule asks { condition: cuckoo.sync.mutex(/evil/) }'
REPORT = '{ "behavior": { "summary": { "mutexes": ["evil"] } } }'


class Layout(unittest.TestCase):
    def test_structs_are_those_of_the_header(self):
        known = dict(line.split()[1:] for line in (ROOT / 'tests/lib/abi.txt').read_text().splitlines()
                     if line.startswith('struct '))
        for kind in (_lib.Meta, _lib.Rule, _lib.Diag, _lib.Match, _lib.Finding):
            name = 'candor_' + kind.__name__.lower()
            self.assertEqual(known.pop(name), str(ctypes.sizeof(kind)))
            for field, _ in kind._fields_:
                f = getattr(kind, field)
                self.assertEqual(known.pop(f'{name}.{field}'), f'{f.offset}+{f.size}')
        self.assertEqual(known, {})

    def test_numbers_are_those_of_the_header(self):
        enums = dict(line.split()[1:] for line in (ROOT / 'tests/lib/abi.txt').read_text().splitlines()
                     if line.startswith('enum '))
        for name, value in vars(_lib).items():
            if isinstance(value, int) and 'CANDOR_' + name in enums:
                self.assertEqual(int(enums['CANDOR_' + name]), value, name)


class Matching(unittest.TestCase):
    def setUp(self):
        candor.use_worker(WORKER)

    def test_data(self):
        rules = candor.compile(source=FIND)
        (m,) = rules.match(data=b'to find, find')
        self.assertEqual((m.rule, m.namespace, m.tags), ('f', 'default', ['t1', 't2']))
        self.assertEqual(m.meta, {'a': 'x', 'n': -3, 'b': True})
        self.assertIs(m.meta['b'], True)
        (s,) = m.strings
        self.assertEqual((s.identifier, str(s), s.is_xor()), ('$s', '$s', False))
        self.assertEqual([(i.offset, i.matched_length, i.matched_data) for i in s.instances],
                         [(3, 4, b'find'), (9, 4, b'find')])
        self.assertEqual(str(m), 'f')
        self.assertEqual(rules.match(data=b'nothing'), [])
        self.assertEqual(rules.match(data=''), [])

    def test_dialect(self):
        text = 'import "math" rule x { condition: math.min(-1, 0) == -1 }'
        for dialect, found in ('yara', 0), ('yara-x', 1):
            rules = candor.compile(source=text, dialect=dialect)
            self.assertEqual(len(rules.match(data=b'f')), found, dialect)
        with self.assertRaises(ValueError):
            candor.compile(source=text, dialect='clamav')

    def test_every_kind_of_bytes(self):
        rules = candor.compile(source=FIND)
        with mmap.mmap(-1, 4096) as m:
            m[100:104] = b'find'
            for data in (b'find', 'find', bytearray(b'find'), memoryview(b'find'), m,
                         memoryview(b'f.i.n.d.')[::2]):
                self.assertEqual(len(rules.match(data=data)), 1, data)

    def test_files(self):
        rules = candor.compile(source=FIND)
        with tempfile.TemporaryDirectory() as d:
            path = pathlib.Path(d) / 'x'
            path.write_bytes(b'find')
            self.assertEqual(str(rules.match(str(path))[0]), 'f')
            self.assertEqual(len(rules.match(path)), 1)
            with open(path, 'rb') as f:
                self.assertEqual(len(rules.match(fd=f)), 1)
                self.assertEqual(len(rules.match(fd=f.fileno())), 1)
            with self.assertRaisesRegex(OSError, 'cannot open .*: no such file'):
                rules.match(str(path) + '.absent')
            with self.assertRaisesRegex(OSError, 'a folder'):
                rules.match(d)
        with self.assertRaises(TypeError):
            rules.match()
        with self.assertRaises(TypeError):
            rules.match('x', data=b'x')
        with self.assertRaises(ValueError):
            rules.match('x\0y')

    def test_process(self):
        needle = candor.compile(source='rule n { strings: $a = { 6e 65 65 64 6c 65 2d 31 } '
                                       'condition: $a and not defined filesize }')
        with subprocess.Popen([sys.executable, '-c', 'x = "need" + "le-1"; print(x, flush=True); input()'],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            found = [needle.match(pid=child.pid, confined=c)
                     for c in ((False, True) if WORKER else (False,))]
            child.kill()
        for (m,) in found:
            i = m.strings[0].instances[0]
            self.assertEqual(i.matched_data, b'needle-1')
            self.assertGreater(i.offset, 4096)
            self.assertTrue(i.region)
        with self.assertRaisesRegex(OSError, 'there is no process'):
            needle.match(pid=child.pid)
        with self.assertRaises(ValueError):
            needle.match(pid=-1)

    def test_xor_and_anonymous(self):
        rules = candor.compile(source='rule x { strings: $a = "secret" xor(1-255) $ = { 41 42 } '
                                      'condition: any of them }')
        hidden = bytes(b ^ 7 for b in b'secret')
        (m,) = rules.match(data=b'AB' + hidden)
        by = {s.identifier: s for s in m.strings}
        self.assertTrue(by['$a'].is_xor())
        self.assertEqual(by['$a'].instances[0].xor_key, 7)
        self.assertEqual(by['$a'].instances[0].plaintext(), b'secret')
        self.assertEqual(by['$'].instances[0].matched_data, b'AB')

    def test_externals(self):
        rules = candor.compile(
            source='rule e { condition: i == 2 and s == "new" and b and f > 1.0 }',
            externals={'i': 1, 's': 'old', 'b': False, 'f': 0.5})
        self.assertEqual(rules.match(data=b''), [])
        new = {'i': 2, 's': 'new', 'b': True, 'f': 1.5}
        self.assertEqual(len(rules.match(data=b'', externals=new)), 1)
        self.assertEqual(rules.match(data=b''), [])
        with self.assertRaisesRegex(ValueError, "no external variable 'i' of that type"):
            rules.match(data=b'', externals={'i': 'text'})
        with self.assertRaises(ValueError):
            rules.match(data=b'', externals={'none': 1})
        with self.assertRaises(TypeError):
            rules.match(data=b'', externals={'i': []})

    def test_modules_data(self):
        rules = candor.compile(source=ASKS)
        self.assertEqual(rules.match(data=b'x'), [])
        for report in (REPORT, REPORT.encode()):
            self.assertEqual(
                [str(m) for m in rules.match(data=b'x', modules_data={'cuckoo': report})], ['asks'])
        self.assertEqual(rules.match(data=b'x', modules_data={'cuckoo': '{}'}), [])
        self.assertEqual(rules.match(data=b'x'), [])
        with self.assertRaisesRegex(ValueError, "given to the module 'cuckoo'"):
            rules.match(data=b'x', modules_data={'cuckoo': '{'})
        with self.assertRaisesRegex(ValueError, "module 'pe' takes no data"):
            rules.match(data=b'x', modules_data={'pe': ''})

    def test_no_access(self):
        """What cannot be opened is the system's error by its kind, and an Error, too."""
        rules = candor.compile(source=FIND)
        for do in (lambda: rules.match('/nope'), lambda: candor.compile('/nope.yar'),
                   lambda: candor.load('/nope.cdr'), lambda: rules.match('/nope', confined=True)):
            with self.assertRaises(FileNotFoundError) as e:
                do()
            self.assertIsInstance(e.exception, candor.Error)
            self.assertEqual(e.exception.errno, errno.ENOENT)
            self.assertRegex(e.exception.filename, '^/nope')
            self.assertRegex(str(e.exception), "^cannot .*'/nope.*: no such file")
        with self.assertRaises(IsADirectoryError):
            rules.match('/')
        with self.assertRaises(ProcessLookupError):
            rules.match(pid=2 ** 22 + 1)  # beyond the system's largest
        with tempfile.TemporaryDirectory() as d:
            p = pathlib.Path(d, 'x')
            p.write_bytes(b'find')
            p.chmod(0)
            if not os.access(p, os.R_OK):  # root may
                with self.assertRaises(PermissionError):
                    rules.match(p)

    def test_warnings_callback(self):
        rules = candor.compile(source='rule a { strings: $b = /./s condition: #b > 5 }')
        got = []
        found = rules.match(data=bytes(1100000), partial=True,
                            warnings_callback=lambda *said: got.append(said))
        self.assertEqual(got, [(candor.CALLBACK_TOO_MANY_MATCHES, ('default', 'a', '$b'))])
        self.assertEqual(got[0][1].string, '$b')
        self.assertRegex(found.incomplete[0], 'too many matches')

    def test_config(self):
        two = 'rule r { strings: $a = "find" $b = "other" condition: any of them }'
        try:
            candor.set_config(max_strings_per_rule=1, stack_size=100)
            with self.assertRaisesRegex(candor.SyntaxError, 'too many strings in rule'):
                candor.compile(source=two)
            candor.set_config(max_strings_per_rule=10, max_match_data=2)
            (m,) = candor.compile(source=two).match(data=b'find')
            self.assertEqual(m.strings[0].instances[0].matched_data, b'fi')
        finally:
            candor.set_config(max_strings_per_rule=10000, max_match_data=512)
        for wrong, kind in (({'nope': 1}, TypeError), ({'stack_size': 0}, ValueError)):
            with self.assertRaises(kind):
                candor.set_config(**wrong)

    def test_modules(self):
        """As many as the list of them has, but for the one of tests."""
        have = set()
        for f in ('modules', 'format'):
            for name in pathlib.Path(ROOT, 'src', f).glob('*.def'):
                have |= set(re.findall(r'^(?:MODULE|FORMAT)\((\w+)', name.read_text(), re.M))
        self.assertEqual(set(candor.modules), have)
        with self.assertRaises(AttributeError):
            candor.nothing

    def test_callback(self):
        rules = candor.compile(source='rule a { condition: true } rule b { condition: false } '
                                      'rule c { condition: true }')
        seen = []

        def all_of_them(d):
            seen.append((d['rule'], d['matches'], sorted(d)))
            return candor.CALLBACK_CONTINUE
        keys = ['matches', 'meta', 'namespace', 'rule', 'strings', 'tags']
        rules.match(data=b'', callback=all_of_them)
        self.assertEqual(seen, [('a', True, keys), ('b', False, keys), ('c', True, keys)])
        seen.clear()
        rules.match(data=b'', callback=all_of_them, which_callbacks=candor.CALLBACK_NON_MATCHES)
        self.assertEqual([s[0] for s in seen], ['b'])
        seen.clear()
        rules.match(data=b'', callback=lambda d: seen.append(d['rule']) or candor.CALLBACK_ABORT)
        self.assertEqual(seen, ['a'])

        def wrong(_):
            raise KeyError('mine')
        with self.assertRaises(KeyError):
            rules.match(data=b'', callback=wrong)
        self.assertEqual(len(rules.match(data=b'')), 2)

    def test_console(self):
        rules = candor.compile(source='import "console" rule l { condition: console.log("hi") }')
        lines = []
        self.assertEqual(rules.match(data=b'', console_callback=lines.append).log, ['hi'])
        self.assertEqual(lines, ['hi'])

    def test_options(self):
        rules = candor.compile(source='private rule p { condition: true }' + FIND)
        self.assertEqual([str(m) for m in rules.match(data=b'find', private=True)], ['p', 'f'])
        self.assertEqual(rules.match(data=b'find', strings=False)[0].strings, [])
        (m,) = rules.match(data=b'find find', fast=True, match_data=2)
        self.assertEqual([i.matched_data for i in m.strings[0].instances], [b'fi'])
        self.assertEqual(m.strings[0].instances[0].matched_length, 4)

    def test_incomplete_is_no_answer(self):
        rules = candor.compile(source=FIND)
        with self.assertRaises(candor.Incomplete) as e:
            rules.match(data=b'find', max_size=2)
        self.assertIn('larger', str(e.exception))
        self.assertEqual(e.exception.matches, [])
        part = rules.match(data=b'find', max_size=2, partial=True)
        self.assertEqual(part.incomplete, e.exception.reasons)
        self.assertEqual(rules.match(data=b'find').incomplete, [])

    def test_timeout(self):
        slow = candor.compile(source=''.join(
            f'rule s{k} {{ condition: for all i in (0..4000000000): ( uint8(i % filesize) != {k} ) }}\n'
            for k in range(1, 60)))
        with self.assertRaises(candor.TimeoutError):
            slow.match(data=b'\0' * 1000, timeout=0.001)

    def test_threads(self):
        rules, wrong = candor.compile(source=FIND), []

        def work():
            for i in range(50):
                if len(rules.match(data=b'find' * (i % 3))) != (i % 3 > 0):
                    wrong.append(i)
        threads = [threading.Thread(target=work) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])


class Compiling(unittest.TestCase):
    def test_errors(self):
        with self.assertRaises(candor.SyntaxError) as e:
            candor.compile(source='rule a { condition: true }\nrule b {\n condition: nothing }\n'
                                  'rule c { condition: 1 + }')
        self.assertEqual((e.exception.line, e.exception.source), (3, 'rules'))
        self.assertEqual(str(e.exception), 'rules(3): undefined identifier "nothing"')
        self.assertGreaterEqual(len(e.exception.diagnostics), 1)
        d = e.exception.diagnostics[0]
        self.assertEqual((d.severity, d.rule), ('error', 'b'))
        self.assertIsInstance(e.exception, candor.Error)
        with self.assertRaises(OSError):
            candor.compile(filepath='/nowhere/x.yar')
        with self.assertRaises(TypeError):
            candor.compile()
        with self.assertRaises(TypeError):
            candor.compile(source='', filepath='')
        with self.assertRaises(ValueError):
            candor.compile(source='', externals={'1x': 1})

    def test_warnings(self):
        slow = 'rule w { strings: $a = "1" condition: $a }'
        self.assertEqual(len(candor.compile(source=slow).warnings), 1)
        with self.assertRaises(candor.WarningError):
            candor.compile(source=slow, error_on_warning=True)

    def test_sources(self):
        same = 'rule r { condition: true }'
        rules = candor.compile(sources={'one': same, 'two': same})
        self.assertEqual([(m.namespace, m.rule) for m in rules.match(data=b'')],
                         [('one', 'r'), ('two', 'r')])
        f = io.StringIO(FIND)
        self.assertEqual(len(candor.compile(file=f).match(data=b'find')), 1)

    def test_includes(self):
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            (d / 'a.yar').write_text('include "b.yar"')
            (d / 'b.yar').write_text('rule b { condition: true }')
            rules = candor.compile(filepath=d / 'a.yar', includes=True)
            self.assertEqual([str(r) for r in rules], ['b'])
            self.assertEqual(len(candor.compile(filepaths={'n': d / 'b.yar'})), 1)
            with self.assertRaisesRegex(candor.SyntaxError, 'includes are disabled'):
                candor.compile(filepath=d / 'a.yar')
        asked = []

        def answer(path, source, namespace):
            asked.append((path, source, namespace))
            return {'x': 'rule x { condition: true }', 'boom': None}.get(path)
        rules = candor.compile(sources={'ns': 'include "x"'}, include_callback=answer)
        self.assertEqual([(r.namespace, str(r)) for r in rules], [('ns', 'x')])
        self.assertEqual(asked, [('x', 'rules', 'ns')])
        with self.assertRaises(candor.SyntaxError):
            candor.compile(source='include "boom"', include_callback=answer)
        with self.assertRaises(ZeroDivisionError):
            candor.compile(source='include "x"', include_callback=lambda *_: 1 // 0)

    def test_iterate(self):
        rules = candor.compile(source='global private rule g : t { meta: a = 1 a = 2 condition: true }' + FIND)
        self.assertEqual(len(rules), 2)
        g, f = rules
        self.assertEqual((g.identifier, g.tags, g.is_global, g.is_private), ('g', ['t'], True, True))
        self.assertEqual((g.meta, g.metas), ({'a': 2}, [('a', 1), ('a', 2)]))
        self.assertFalse(f.is_global or f.is_private)

    def test_save_and_load(self):
        rules = candor.compile(source=FIND)
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, 'db')
            rules.save(path)
            self.assertEqual(len(candor.load(path).match(data=b'find')), 1)
            with open(path, 'r+b') as f:
                f.seek(100)
                f.write(b'\xff')
            with self.assertRaisesRegex(candor.Error, 'damaged'):
                candor.load(path)
        f = io.BytesIO()
        rules.save(file=f)
        f.seek(0)
        self.assertEqual(len(candor.load(file=f).match(data=b'find')), 1)
        with self.assertRaises(OSError):
            candor.load('/nowhere/db')

    def test_names_are_bytes(self):
        rules = candor.compile(source=b'rule r { meta: m = "\xff\xc3\xa4" condition: true }')
        (m,) = rules.match(data=b'')
        self.assertEqual(m.meta['m'].encode('utf-8', 'surrogateescape'), b'\xff\xc3\xa4')


@unittest.skipUnless(WORKER, 'CANDOR_WORKER names no worker')
class Confined(unittest.TestCase):
    def setUp(self):
        candor.use_worker(WORKER)

    def test_same_answers(self):
        here, there = candor.compile(source=FIND), candor.compile(source=FIND, confined=True)
        for data in (b'', b'find', b'x' * 100000 + b'find'):
            for rules in (here, there):
                a, b = rules.match(data=data), rules.match(data=data, confined=True)
                self.assertEqual([(m.rule, m.strings) for m in a], [(m.rule, m.strings) for m in b])

    def test_modules_data(self):
        rules = candor.compile(source=ASKS)
        for _ in range(2):
            self.assertEqual(
                len(rules.match(data=b'x', confined=True, modules_data={'cuckoo': REPORT})), 1)
            self.assertEqual(rules.match(data=b'x', confined=True), [])
        with self.assertRaisesRegex(candor.Error, "'cuckoo'"):
            rules.match(data=b'x', confined=True, modules_data={'cuckoo': '{'})
        self.assertEqual(rules.match(data=b'x', confined=True), [])

    def test_errors(self):
        with self.assertRaises(candor.SyntaxError) as e:
            candor.compile(source='\nrule b { condition: nothing }', confined=True)
        self.assertEqual(e.exception.line, 2)
        rules = candor.compile(source=FIND)
        with self.assertRaises(OSError):
            candor.use_worker('/nowhere/worker')
        candor.use_worker('/bin/false')
        with self.assertRaisesRegex(candor.Error, 'cannot scan with a worker'):
            rules.match(data=b'x', confined=True)


if __name__ == '__main__':
    unittest.main()
