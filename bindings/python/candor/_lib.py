"""The C side: libcandor's structs and functions as ctypes sees them (see <candor.h>).

Nothing is compiled and nothing is guessed: the structs below are those of the header, and
the tests compare their layouts with the list that the library's own tests keep.
"""
import ctypes
import os
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int64, c_size_t,
                    c_uint32, c_uint64, c_void_p)

OK, INCOMPLETE, FAILED, ERR_SYNTAX, ERR_LIMIT, ERR_FORMAT, ERR_ACCESS, ERR_IO, ERR_ARG, \
    ERR_WORKER, STOPPED = range(11)
CONFINED, STRICT_ESCAPE, YARA_ONLY, YARAX = 1, 2, 4, 8
NO_MATCHES, FAST, UNMATCHED, PRIVATE = 1 << 8, 1 << 9, 1 << 10, 1 << 11
RULE, RULE_NO, NOTE, LOG, CUT, LIMIT, SCAN_FAILED = range(7)
META_INT, META_BOOL, META_STR = range(3)
ERROR, WARNING, HINT = range(3)
RULE_GLOBAL, RULE_PRIVATE = 1, 2
MATCH_XOR, MATCH_WIDE = 2, 8
TIMEOUT_MS, MEMORY, MATCH_DATA, OBJECT_SIZE, PROCESS_MEMORY = range(1, 6)


class Meta(Structure):
    _fields_ = [('name', c_char_p), ('s', c_void_p), ('s_size', c_size_t), ('i', c_int64),
                ('type', c_uint32), ('unused', c_uint32)]


class Rule(Structure):
    _fields_ = [('ns', c_char_p), ('name', c_char_p), ('tags', POINTER(c_char_p)),
                ('ntags', c_size_t), ('metas', POINTER(Meta)), ('nmetas', c_size_t),
                ('flags', c_uint32)]


class Diag(Structure):
    _fields_ = [('severity', c_uint32), ('line', c_uint32), ('column', c_uint32),
                ('width', c_uint32), ('source', c_char_p), ('rule', c_char_p),
                ('text', c_char_p), ('quote', c_char_p)]


class Match(Structure):
    _fields_ = [('string', c_char_p), ('offset', c_uint64), ('length', c_uint64),
                ('data', c_void_p), ('data_size', c_size_t), ('region', c_char_p),
                ('flags', c_uint32), ('key', c_uint32)]


class Finding(Structure):
    _fields_ = [('kind', c_uint32), ('unused', c_uint32), ('rule', POINTER(Rule)),
                ('text', c_char_p), ('matches', POINTER(Match)), ('nmatches', c_size_t)]


ON_DIAG = CFUNCTYPE(None, c_void_p, POINTER(Diag))
ON_INCLUDE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_char_p, c_void_p)
ON_RULE = CFUNCTYPE(c_int, c_void_p, POINTER(Rule))

# name: (result, parameters)
FUNCTIONS = {
    'version': (c_char_p, []),
    'error': (c_char_p, []),
    'worker': (c_int, [c_char_p]),
    'rules_load': (c_int, [c_char_p, POINTER(c_void_p)]),
    'rules_load_memory': (c_int, [c_char_p, c_size_t, POINTER(c_void_p)]),
    'rules_save': (c_int, [c_void_p, c_char_p]),
    'rules_data': (c_void_p, [c_void_p, POINTER(c_size_t)]),
    'rules_free': (None, [c_void_p]),
    'rules_each': (c_int, [c_void_p, ON_RULE, c_void_p]),
    'compiler_new': (c_void_p, [c_uint32]),
    'compiler_free': (None, [c_void_p]),
    'compiler_limit': (c_int, [c_void_p, c_int, c_uint64]),
    'compiler_add_text': (c_int, [c_void_p, c_char_p, c_char_p, c_char_p, c_size_t]),
    'compiler_add_file': (c_int, [c_void_p, c_char_p, c_char_p]),
    'compiler_define_int': (c_int, [c_void_p, c_char_p, c_int64]),
    'compiler_define_bool': (c_int, [c_void_p, c_char_p, c_int]),
    'compiler_define_float': (c_int, [c_void_p, c_char_p, c_double]),
    'compiler_define_string': (c_int, [c_void_p, c_char_p, c_char_p]),
    'compiler_on_diag': (None, [c_void_p, ON_DIAG, c_void_p]),
    'compiler_on_include': (None, [c_void_p, ON_INCLUDE, c_void_p]),
    'include_text': (c_int, [c_void_p, c_char_p, c_char_p, c_size_t]),
    'include_files': (c_int, [c_void_p, c_char_p, c_char_p, c_void_p]),
    'include_namespace': (c_char_p, [c_void_p]),
    'compiler_build': (c_int, [c_void_p, POINTER(c_void_p)]),
    'scanner_new': (c_void_p, [c_void_p, c_uint32]),
    'scanner_free': (None, [c_void_p]),
    'scanner_limit': (c_int, [c_void_p, c_int, c_uint64]),
    'scanner_define_int': (c_int, [c_void_p, c_char_p, c_int64]),
    'scanner_define_bool': (c_int, [c_void_p, c_char_p, c_int]),
    'scanner_define_float': (c_int, [c_void_p, c_char_p, c_double]),
    'scanner_define_string': (c_int, [c_void_p, c_char_p, c_char_p]),
    'scanner_give': (c_int, [c_void_p, c_char_p, c_char_p, c_size_t]),
    'scan_memory': (c_int, [c_void_p, c_void_p, c_size_t]),
    'scan_file': (c_int, [c_void_p, c_char_p]),
    'scan_fd': (c_int, [c_void_p, c_int]),
    'scan_process': (c_int, [c_void_p, c_int]),
    'count': (c_size_t, [c_void_p]),
    'finding': (POINTER(Finding), [c_void_p, c_size_t]),
}


def load():
    """libcandor.so.1, or what CANDOR_LIBRARY names."""
    lib = ctypes.CDLL(os.environ.get('CANDOR_LIBRARY') or 'libcandor.so.1')
    for name, (result, parameters) in FUNCTIONS.items():
        f = getattr(lib, 'candor_' + name)
        f.restype, f.argtypes = result, parameters
        setattr(lib, name, f)
    return lib


lib = load()


def text(b):
    """What the author wrote, whatever bytes it is; encode('utf-8', 'surrogateescape') undoes."""
    return b.decode('utf-8', 'surrogateescape') if b is not None else None


def raw(s):
    """A C string of str, bytes or a path."""
    b = os.fsencode(s) if not isinstance(s, str) else s.encode('utf-8', 'surrogateescape')
    if b'\0' in b:
        raise ValueError('embedded null byte')
    return b


def why():
    return text(lib.error())
