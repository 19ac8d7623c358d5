"""YARA rules over memory, files and processes, by libcandor.

    import candor

    rules = candor.compile(source='rule r { strings: $a = "find" condition: $a }')
    for m in rules.match(data=b'to find'):
        print(m.rule, m.tags, m.meta)
        for s in m.strings:
            for i in s.instances:
                print(hex(i.offset), s.identifier, i.matched_data)

Who knows yara-python finds its names here, but for modules_callback. What is different:

- A scan that a limit, a timeout or a crash cut short raises Incomplete, TimeoutError or
  ScanFailed; the exception's .matches has what was found until then. partial=True returns
  that, with .incomplete saying why, instead.
- confined=True compiles or scans in a process that can only compute (seccomp, no files, no
  network): for rules or files of strangers. It needs candor-worker, of the package candor.
- There is no modules_callback: a field of a module is read when a rule asks for it, and a scan
  hands out findings, not fields. Let a rule tell with console.log (Matches.log has it), or ask
  `candor dump --json`, which knows every field.
- includes are off unless includes=True or an include_callback is given.
- What cannot be opened raises FileNotFoundError, PermissionError or another OSError, which is an
  Error, too, as in yara-python.
- set_config() takes yara-python's names; stack_size has no effect, for the stack of a condition
  is known when it is compiled. max_strings_per_rule and max_match_data count from then on.
- Every error of a source is told: SyntaxError.diagnostics has them all, .line the first's.

Rules may be used by many threads at once; scans run without the interpreter's lock.
"""
import collections
import ctypes
import errno
import os
import re
import stat
import threading

from . import _lib
from ._lib import lib, raw, text, why

__all__ = ['compile', 'load', 'Rules', 'Rule', 'Match', 'Matches', 'StringMatch',
           'StringMatchInstance', 'Diagnostic', 'Error', 'SyntaxError', 'TimeoutError',
           'Incomplete', 'ScanFailed', 'WarningError', 'AccessError', 'RuleString',
           'CALLBACK_CONTINUE', 'CALLBACK_ABORT', 'CALLBACK_MATCHES', 'CALLBACK_NON_MATCHES',
           'CALLBACK_ALL', 'CALLBACK_TOO_MANY_MATCHES', 'set_config', 'modules', 'use_worker',
           '__version__']

__version__ = text(lib.version())

CALLBACK_CONTINUE, CALLBACK_ABORT = 0, 1
CALLBACK_MATCHES, CALLBACK_NON_MATCHES, CALLBACK_ALL = 1, 2, 3
CALLBACK_TOO_MANY_MATCHES = 6


# --- errors --------------------------------------------------------------------------------

class Error(Exception):
    """Whatever candor could not do; str() says what, to what, and why."""


class SyntaxError(Error):  # noqa: A001 - yara-python's name
    """The rules are wrong. line, column, source: of the first error; diagnostics: all."""

    def __init__(self, message, diagnostics=()):
        super().__init__(message)
        self.diagnostics = list(diagnostics)
        first = next((d for d in self.diagnostics if d.severity == 'error'), None)
        self.line = first.line if first else None
        self.column = first.column if first else None
        self.source = first.source if first else None


class WarningError(SyntaxError):
    """The rules have warnings, and error_on_warning was asked for."""


class Incomplete(Error):
    """The object was scanned in part. reasons: why; matches: what was found until then."""

    def __init__(self, message, matches):
        super().__init__(message)
        self.matches = matches
        self.reasons = list(matches.incomplete)


class TimeoutError(Incomplete):  # noqa: A001 - yara-python's name
    """The time was over."""


class ScanFailed(Incomplete):
    """The object was not scanned: its worker crashed, or could not read it."""


class AccessError(Error, OSError):
    """What was named cannot be opened, read or written; errno tells, str() is a sentence."""

    def __str__(self):
        return self.strerror or ''


class _NotFound(AccessError, FileNotFoundError):
    pass


class _NotPermitted(AccessError, PermissionError):
    pass


class _IsFolder(AccessError, IsADirectoryError):
    pass


class _NoProcess(AccessError, ProcessLookupError):
    pass


_KINDS = {errno.ENOENT: _NotFound, errno.ENOTDIR: _NotFound, errno.EACCES: _NotPermitted,
          errno.EPERM: _NotPermitted, errno.EISDIR: _IsFolder, errno.ESRCH: _NoProcess}


def _number_of(path, pid):
    """The system's number for what is wrong with a path or a process that had no access."""
    try:
        if pid is not None:
            os.kill(pid, 0)
        elif path is not None and stat.S_ISDIR(os.stat(path).st_mode):
            return errno.EISDIR
    except OSError as e:
        return e.errno
    except (OverflowError, ValueError):
        return errno.ENOENT
    return errno.EACCES


def _check(code, path=None, pid=None):
    if code == _lib.OK:
        return
    said = why()
    if code == _lib.ERR_ARG:
        raise ValueError(said)
    if code in (_lib.ERR_ACCESS, _lib.ERR_IO):
        number = _number_of(path, pid) if code == _lib.ERR_ACCESS else errno.EIO
        e = _KINDS.get(number, AccessError)(number, said)
        e.filename = path
        raise e
    raise Error(said)


# --- what is found -------------------------------------------------------------------------

class Diagnostic:
    """A message about a source: severity ('error', 'warning', 'hint'), source, line (0: of
    the whole source), column, rule (or None), text, quote (the line it is about, or None)."""

    def __init__(self, d):
        self.severity = ('error', 'warning', 'hint')[d.severity]
        self.line, self.column, self.width = d.line, d.column, d.width
        self.source, self.rule = text(d.source), text(d.rule)
        self.text, self.quote = text(d.text), text(d.quote)

    def __str__(self):
        return f'{self.source}({self.line}): {self.severity}: {self.text}'

    __repr__ = __str__


def _metas(r):
    """[(name, value)], as the author wrote them: names may repeat."""
    out = []
    for i in range(r.nmetas):
        m = r.metas[i]
        if m.type == _lib.META_STR:
            value = text(ctypes.string_at(m.s, m.s_size))
        else:
            value = bool(m.i) if m.type == _lib.META_BOOL else m.i
        out.append((text(m.name), value))
    return out


class Rule:
    """A rule as its author describes it: identifier, namespace, tags, meta (a dict; of a name
    that repeats, the last), metas (all pairs), is_global, is_private."""

    def __init__(self, r):
        self.identifier = text(r.name)
        self.namespace = text(r.ns)
        self.tags = [text(r.tags[i]) for i in range(r.ntags)]
        self.metas = _metas(r)
        self.meta = dict(self.metas)
        self.is_global = bool(r.flags & _lib.RULE_GLOBAL)
        self.is_private = bool(r.flags & _lib.RULE_PRIVATE)

    def __repr__(self):
        return self.identifier


class StringMatchInstance:
    """One place: offset (of a process: the address), matched_length, matched_data (its first
    bytes; the scan's match_data says how many), xor_key, region (of a process)."""

    __slots__ = ('offset', 'matched_length', 'matched_data', 'xor_key', 'region')

    def __init__(self, m):
        self.offset, self.matched_length = m.offset, m.length
        self.matched_data = ctypes.string_at(m.data, m.data_size) if m.data_size else b''
        self.xor_key = m.key if m.flags & _lib.MATCH_XOR else 0
        self.region = text(m.region)

    def plaintext(self):
        """matched_data without the xor."""
        return bytes(b ^ self.xor_key for b in self.matched_data)

    def __repr__(self):
        return self.matched_data.decode('utf-8', 'backslashreplace')

    def __eq__(self, other):
        if not isinstance(other, StringMatchInstance):
            return NotImplemented
        return (self.offset, self.matched_data) == (other.offset, other.matched_data)

    def __hash__(self):
        return hash((self.offset, self.matched_data))


class StringMatch:
    """A string of a rule that was found: identifier (with its $), instances."""

    def __init__(self, identifier):
        self.identifier, self.instances, self._xor = identifier, [], False

    def is_xor(self):
        return self._xor

    def __repr__(self):
        return self.identifier

    def __eq__(self, other):
        if not isinstance(other, StringMatch):
            return NotImplemented
        return (self.identifier, self.instances) == (other.identifier, other.instances)

    def __hash__(self):
        return hash(self.identifier)


def _strings(f):
    out = []
    for i in range(f.nmatches):
        m = f.matches[i]
        name = text(m.string)
        if not out or out[-1].identifier != name:
            out.append(StringMatch(name))
        out[-1].instances.append(StringMatchInstance(m))
        out[-1]._xor |= bool(m.flags & _lib.MATCH_XOR)
    return out


class Match:
    """A rule that matched: rule, namespace, tags, meta, metas, strings."""

    def __init__(self, f):
        about = Rule(f.rule.contents)
        self.rule, self.namespace = about.identifier, about.namespace
        self.tags, self.meta, self.metas = about.tags, about.meta, about.metas
        self.strings = _strings(f)

    def __repr__(self):
        return self.rule

    def _key(self):
        return (self.namespace, self.rule)

    def __eq__(self, other):
        return self._key() == other._key() if isinstance(other, Match) else NotImplemented

    def __lt__(self, other):
        return self._key() < other._key() if isinstance(other, Match) else NotImplemented

    def __hash__(self):
        return hash(self._key())

    def _as_dict(self, matches):
        return {'matches': matches, 'rule': self.rule, 'namespace': self.namespace,
                'tags': self.tags, 'meta': self.meta, 'strings': self.strings}


class Matches(list):
    """The matches of one object, in the order of the rules. incomplete: why the scan is not
    a whole one, a list of texts; empty when it is. log: what rules wrote (console.log). notes:
    what is odd about the object, or cut in these results."""

    def __init__(self, *args):
        super().__init__(*args)
        self.incomplete, self.log, self.notes = [], [], []


# --- rules ---------------------------------------------------------------------------------

_DEFINE = ((bool, 'bool', int), (int, 'int', int), (float, 'float', float))


def _define(what, handle, externals):
    """Gives each external variable to the compiler or scanner called what."""
    for name, value in (externals or {}).items():
        for kind, word, convert in _DEFINE:
            if isinstance(value, kind):
                value = convert(value)
                break
        else:
            if not isinstance(value, (str, bytes)):
                raise TypeError(f'external variable {name!r}: it must be bool, int, float or str')
            word, value = 'string', raw(value)
        _check(getattr(lib, f'{what}_define_{word}')(handle, raw(name), value))


class Rules:
    """Compiled rules. Made by compile() or load(); any number of threads may use them.

    Iterating gives each Rule. warnings: what the compiler had to say, as texts;
    diagnostics: the same as objects."""

    def __init__(self, handle, diagnostics=()):
        self._handle = handle
        self._idle, self._lock = {}, threading.Lock()
        self._rules = None
        self.diagnostics = list(diagnostics)
        self.warnings = [str(d) for d in self.diagnostics if d.severity == 'warning']

    def __del__(self):
        for scanners in getattr(self, '_idle', {}).values():
            for s in scanners:
                lib.scanner_free(s)
        if getattr(self, '_handle', None):
            lib.rules_free(self._handle)

    def _list(self):
        if self._rules is None:
            rules = []

            def each(_, r):
                rules.append(Rule(r.contents))
                return 0
            _check(lib.rules_each(self._handle, _lib.ON_RULE(each), None))
            self._rules = rules
        return self._rules

    def __iter__(self):
        return iter(self._list())

    def __len__(self):
        return len(self._list())

    def save(self, filepath=None, file=None):
        """Writes the compiled rules, for load(): to a path in one step, or to a file object."""
        if (filepath is None) == (file is None):
            raise TypeError('save() takes either filepath or file')
        if filepath is not None:
            _check(lib.rules_save(self._handle, raw(filepath)))
            return
        n = ctypes.c_size_t()
        p = lib.rules_data(self._handle, ctypes.byref(n))
        file.write(ctypes.string_at(p, n.value))

    # -- scanners are kept for the next scan of the same settings, up to eight of them

    def _take(self, key, externals, modules_data):
        with self._lock:
            idle = self._idle.get(key)
            if idle:
                return idle.pop()
        flags, limits = key[0], key[1]
        s = lib.scanner_new(self._handle, flags)
        if not s:
            raise Error(why())
        try:
            for which, value in limits:
                _check(lib.scanner_limit(s, which, value))
            _define('scanner', s, externals)
            for module, data in modules_data:
                _check(lib.scanner_give(s, raw(module), data, len(data)))
        except BaseException:
            lib.scanner_free(s)
            raise
        return s

    def _give(self, key, s):
        with self._lock:
            if sum(map(len, self._idle.values())) < 8:
                self._idle.setdefault(key, []).append(s)
                return
        lib.scanner_free(s)

    def match(self, filepath=None, pid=None, data=None, externals=None, callback=None,
              fast=False, timeout=None, which_callbacks=CALLBACK_ALL, console_callback=None,
              modules_data=None, warnings_callback=None, *, fd=None, confined=False,
              partial=False, strings=True, private=False,
              memory=None, match_data=None, max_size=None):
        """Scans one object - a path, a process, bytes, or an open descriptor - and returns
        Matches.

        externals: other values for external variables. callback: called with a dict for each
        rule, as of yara-python; CALLBACK_ABORT ends. timeout: seconds. fast: one match of a
        string is enough. modules_data: {module: bytes}, what yara gets with -x, as
        {'cuckoo': report}. warnings_callback: called with CALLBACK_TOO_MANY_MATCHES and a
        RuleString for a string with more matches than are kept; such a scan is Incomplete all
        the same. strings=False: only which rules, which is faster. memory, match_data,
        max_size: limits in bytes. confined, partial: see help(candor).

        Raises Incomplete, TimeoutError, ScanFailed; OSError when the object cannot be opened;
        ValueError for an external variable that the rules have not.
        """
        objects = [o for o in (filepath, pid, data, fd) if o is not None]
        if len(objects) != 1:
            raise TypeError('match() takes exactly one of filepath, pid, data and fd')
        flags = ((_lib.CONFINED if confined else 0) | (_lib.FAST if fast else 0) |
                 (0 if strings else _lib.NO_MATCHES) | (_lib.PRIVATE if private else 0))
        if callback and which_callbacks & CALLBACK_NON_MATCHES:
            flags |= _lib.UNMATCHED
        limits = tuple((which, int(value)) for which, value in (
            (_lib.TIMEOUT_MS, timeout and timeout * 1000), (_lib.MEMORY, memory),
            (_lib.MATCH_DATA, match_data or _config['max_match_data']),
            (_lib.OBJECT_SIZE, max_size)) if value)
        given = tuple(sorted((n, d.encode() if isinstance(d, str) else bytes(d))
                             for n, d in (modules_data or {}).items()))
        key = (flags, limits, tuple(sorted((n, type(v).__name__, v)
                                           for n, v in (externals or {}).items())), given)
        s = self._take(key, externals, given)
        try:
            code = _scan(s, filepath, pid, data, fd)
            reason = why()
            if code not in (_lib.OK, _lib.INCOMPLETE, _lib.FAILED):
                _check(code, filepath, pid)
            found = _collect(s, callback, which_callbacks, console_callback, warnings_callback)
        finally:
            self._give(key, s)
        return found if code == _lib.OK or partial else _raise(code, reason, found)


def _scan(s, filepath, pid, data, fd):
    if filepath is not None:
        return lib.scan_file(s, raw(filepath))
    if fd is not None:
        return lib.scan_fd(s, fd if isinstance(fd, int) else fd.fileno())
    if pid is not None:
        return lib.scan_process(s, pid)
    if isinstance(data, str):
        data = data.encode()
    if isinstance(data, bytes):
        return lib.scan_memory(s, data, len(data))
    with memoryview(data) as view:  # bytearray, mmap, numpy: not copied where it can be written
        if view.readonly or not view.contiguous:
            return lib.scan_memory(s, view.tobytes(), view.nbytes)
        held = (ctypes.c_char * view.nbytes).from_buffer(view)
        code = lib.scan_memory(s, held, view.nbytes)
        del held
        return code


def _warn(warnings, f):
    """A string of a rule that matched too often; the text says which, of an anonymous one $."""
    said = re.search(r'too many matches for (\$\w*)', text(f.text))
    if warnings is not None and f.rule and said:
        warnings(CALLBACK_TOO_MANY_MATCHES,
                 RuleString(text(f.rule.contents.ns), text(f.rule.contents.name), said[1]))


def _collect(s, callback, which, console, warnings):
    found = Matches()
    calling = callback is not None
    for i in range(lib.count(s)):
        f = lib.finding(s, i).contents
        if f.kind in (_lib.RULE, _lib.RULE_NO):
            m, matched = Match(f), f.kind == _lib.RULE
            if matched:
                found.append(m)
            if calling and which & (CALLBACK_MATCHES if matched else CALLBACK_NON_MATCHES):
                calling = callback(m._as_dict(matched)) != CALLBACK_ABORT
        elif f.kind == _lib.LOG:
            found.log.append(text(f.text))
            if console is not None:
                console(found.log[-1])
        elif f.kind in (_lib.LIMIT, _lib.SCAN_FAILED):
            rule = text(f.rule.contents.name) + ': ' if f.rule else ''
            found.incomplete.append(rule + text(f.text))
            _warn(warnings, f)
        else:
            found.notes.append(text(f.text))
    return found


def _raise(code, reason, found):
    late = any('time' in r for r in found.incomplete)
    kind = TimeoutError if late else ScanFailed if code == _lib.FAILED else Incomplete
    raise kind(reason, found)


# --- settings ------------------------------------------------------------------------------

RuleString = collections.namedtuple('RuleString', 'namespace rule string')

_config = {'stack_size': None, 'max_strings_per_rule': None, 'max_match_data': None}


def set_config(**settings):
    """yara-python's settings of the process: stack_size, max_strings_per_rule, max_match_data."""
    for name, value in settings.items():
        if name not in _config:
            raise TypeError(f"set_config() got an unexpected keyword argument '{name}'")
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f'set_config(): {name} must be a number above 0')
    _config.update(settings)


_MODULES = ('console', 'crx', 'cuckoo', 'dex', 'dotnet', 'elf', 'hash', 'lnk', 'macho', 'magic',
            'math', 'msi', 'olecf', 'pe', 'string', 'time', 'vba', 'zip')


def __getattr__(name):
    """modules: the names that this library's rules may import."""
    if name != 'modules':
        raise AttributeError(f"module 'candor' has no attribute {name!r}")
    found = []
    for m in _MODULES:
        try:
            compile(source=f'import "{m}"')
            found.append(m)
        except SyntaxError:
            pass  # a build without it
    return found


# --- making rules --------------------------------------------------------------------------

class _Compiler:
    """A compiler of libcandor, and what it calls back; Python's exceptions in callbacks wait
    until the build is over."""

    def __init__(self, flags):
        self.handle = lib.compiler_new(flags)
        self.diagnostics, self.raised = [], None
        self._diag = _lib.ON_DIAG(lambda _, d: self.diagnostics.append(Diagnostic(d.contents)))
        lib.compiler_on_diag(self.handle, self._diag, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        lib.compiler_free(self.handle)

    def include(self, includes, callback):
        if callback is not None:
            self._include = _lib.ON_INCLUDE(lambda _, f, p, i: self._answer(callback, f, p, i))
        elif includes:
            self._include = _lib.ON_INCLUDE(lambda _, f, p, i: lib.include_files(None, f, p, i))
        else:
            return
        lib.compiler_on_include(self.handle, self._include, None)

    def _answer(self, callback, source, path, i):
        try:
            said = callback(text(path), text(source), text(lib.include_namespace(i)))
        except BaseException as e:
            self.raised = self.raised or e
            return _lib.STOPPED
        if said is None:
            return _lib.ERR_ACCESS
        said = said.encode('utf-8', 'surrogateescape') if isinstance(said, str) else said
        return lib.include_text(i, path, said, len(said))

    def add(self, source, namespace, name):
        source = source.encode('utf-8', 'surrogateescape') if isinstance(source, str) else source
        _check(lib.compiler_add_text(self.handle, namespace and raw(namespace), raw(name), source,
                                     len(source)))

    def add_file(self, path, namespace):
        _check(lib.compiler_add_file(self.handle, namespace and raw(namespace), raw(path)), path)

    def build(self, error_on_warning):
        out = ctypes.c_void_p()
        code = lib.compiler_build(self.handle, ctypes.byref(out))
        reason = why()
        if self.raised is not None:
            lib.rules_free(out)
            raise self.raised
        if code == _lib.ERR_SYNTAX:
            raise SyntaxError(reason, self.diagnostics)
        _check(code)
        rules = Rules(out, self.diagnostics)
        if error_on_warning and rules.warnings:
            raise WarningError(rules.warnings[0], self.diagnostics)
        return rules


def compile(filepath=None, source=None, file=None, filepaths=None, sources=None,
            externals=None, includes=False, error_on_warning=False, include_callback=None,
            strict_escape=False, *, confined=False, yara_only=False, dialect='yara', timeout=None):
    """Compiles rules and returns Rules.

    One of: source, a text; filepath; file, an object to read; sources or filepaths, dicts by
    namespace. externals: {name: bool, int, float or str}; their types are fixed by it.
    includes=True: includes are files, relative to the including one. include_callback: called
    with (path, name of the including source, its namespace), returns a text or None.
    dialect: 'yara', or 'yara-x' for its values where the engines differ.

    Raises SyntaxError with .line and .diagnostics; WarningError; OSError; Error.
    """
    if dialect not in ('yara', 'yara-x'):
        raise ValueError(f'no such dialect: {dialect!r}')
    given = [x for x in (filepath, source, file, filepaths, sources) if x is not None]
    if len(given) != 1:
        raise TypeError(
            'compile() takes exactly one of filepath, source, file, filepaths and sources')
    flags = ((_lib.CONFINED if confined else 0) | (_lib.STRICT_ESCAPE if strict_escape else 0) |
             (_lib.YARA_ONLY if yara_only else 0) | (_lib.YARAX if dialect == 'yara-x' else 0))
    with _Compiler(flags) as c:
        c.include(includes, include_callback)
        if timeout:
            _check(lib.compiler_limit(c.handle, 2, int(timeout * 1000)))
        if _config['max_strings_per_rule']:
            _check(lib.compiler_limit(c.handle, 3, _config['max_strings_per_rule']))
        _define('compiler', c.handle, externals)
        if filepath is not None:
            c.add_file(filepath, None)
        elif file is not None:
            c.add(file.read(), None, str(getattr(file, 'name', 'rules')))
        elif source is not None:
            c.add(source, None, 'rules')
        for ns, path in (filepaths or {}).items():
            c.add_file(path, ns)
        for ns, one in (sources or {}).items():
            c.add(one, ns, 'rules')
        return c.build(error_on_warning)


def load(filepath=None, file=None):
    """The Rules that Rules.save() or `candor compile` wrote. Raises Error when they are of
    another version: then compile them again."""
    if (filepath is None) == (file is None):
        raise TypeError('load() takes either filepath or file')
    out = ctypes.c_void_p()
    if filepath is not None:
        _check(lib.rules_load(raw(filepath), ctypes.byref(out)), filepath)
    else:
        data = file.read()
        _check(lib.rules_load_memory(data, len(data), ctypes.byref(out)))
    return Rules(out)


def use_worker(path):
    """Which candor-worker confined=True starts; None: the installed one."""
    _check(lib.worker(None if path is None else raw(path)))
