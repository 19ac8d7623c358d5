"""Data files for the hand-written rules of tests/diff/yara: every rule file is run over all of them.

Small on purpose: what a file holds can be worked out by hand when two engines disagree. The names
say what a file is about; edges (a pattern at the first byte, at the last, cut off by the end) are
the point of most.
"""
import base64
import os
import struct

from shapes import elf, filler, pe


def wide(text):
    return b''.join(bytes([c, 0]) for c in text)


def xor(text, key):
    return bytes(c ^ key for c in text)


def b64(text, shift=0):
    """base64 of the text as it stands in a stream, `shift` bytes after a group's begin."""
    return base64.b64encode(b'\x11' * shift + text + b'\x22\x33\x44')


STRANGE = base64.b64encode(b'..This is a dog that nobody sees').translate(bytes.maketrans(
    b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
    b'!@#$%^&*(){}[].,|ABCDEFGHIJ\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu'))

INTS = struct.pack('<bBhHiIqQ', -2, 254, -300, 65236, -70000, 4294897296, -5, 2 ** 64 - 5)

FILES = {
    'empty': b'',
    'one_a': b'a',
    'one_zero': b'\0',
    'two_ab': b'ab',
    'abc': b'abc',
    'abc_ends': b'abc and abcd, then xabc, ABC, aBc_abc abc1 1abc abc',
    'aaaa': b'aaaaaaaa',
    'aaab': b'aaaabaab',
    'zeros': bytes(256),
    'all_bytes': bytes(range(256)),
    'all_bytes_down': bytes(range(255, -1, -1)),
    'words': b'The quick brown fox jumps over the lazy dog. THE QUICK BROWN FOX! the_quick foxy '
             b'Fox2 2fox fox-fox _fox_ dog\n',
    'word_edges': b'fox',
    'word_left': b'fox.',
    'word_right': b'.fox',
    'word_spaces': b'. fox . x fox y',
    'word_digits': b'1fox fox1 fox_ _fox',
    'lines': b'first line\nsecond line\r\nthird\n\nfifth line\n',
    'no_newline': b'last line without end',
    'spaces': b'a b\tc\nd\re\x0bf\x0cg  h',
    'digits': b'0123456789 007 42 3.14159 -17 0x1F 1e9 192.168.0.1 10.0.0.255',
    'wide': wide(b'abc and fox ABC Fox foxy'),
    'wide_edge': wide(b'fox'),
    'wide_odd': b'\0' + wide(b'fox') + b'x',
    'wide_cut': wide(b'fox')[:-1],
    'wide_next': wide(b'.fox') + b'xx' + wide(b'fox') + b'x\0' + wide(b'fox') + b'1\1',
    'wide_mixed': b'fox' + wide(b'fox') + b'fox' + b'\0' + wide(b'abc'),
    'wide_zeros': wide(b'o\0w') + b'::' + xor(b'n\0t', 1),
    'wide_lines': wide(b'one\ntwo three\r\nfour 4444'),
    'xor_00_07': b' '.join(xor(b'hidden text', k) for k in range(8)),
    'xor_high': b''.join(xor(b'hidden text', k) + b'--' for k in (0x20, 0x55, 0x7f, 0x80, 0xfe, 0xff)),
    'xor_wide': b''.join(xor(wide(b'hidden text'), k) + b'--' for k in (0, 1, 0x41, 0xff)),
    'xor_short': xor(b'ab', 3) + b'..' + xor(b'ab', 0xaa) + b'ab' + xor(b'abc', 0x40),
    'xor_edge': xor(b'hidden text', 0x13),
    'xor_words': b'\x41' + xor(b'hidden', 0x20) + b' ' + xor(b'hidden', 0x21) + b'!' + xor(b'hidden', 1) + b'9',
    'base64_0': b64(b'This is a dog that nobody sees'),
    'base64_1': b'x' + b64(b'This is a dog that nobody sees', 1) + b'==',
    'base64_2': b64(b'This is a dog that nobody sees', 2) + b'\n',
    'base64_wide': wide(b64(b'This is a dog that nobody sees', 0)) + b'..' + wide(b64(b'This is a dog', 1))
                   + b'..' + wide(b64(wide(b'dog'))) + wide(STRANGE),
    'base64_of_wide': b64(wide(b'This is a dog')) + b' ' + b64(wide(b'This is a dog'), 1),
    'base64_short': b64(b'dog') + b' ' + b64(b'dog', 1) + b' ' + b64(b'dog', 2) + b' ZG9n ZG 9n',
    'base64_strange': b'::' + STRANGE + b'::' + base64.urlsafe_b64encode(b'>>>???\xff\xfe' * 3)
                      + b'::' + base64.b64encode(b'>>>???\xff\xfe' * 3),
    'base64_plain': b'This is a dog that nobody sees',
    'hex_a': bytes.fromhex('f4 23 01 62 b4 00 f4 23 62 b4 f4 23 ff ff 62 b4'),
    'hex_b': bytes.fromhex('e2 34 00 c8 a0 fb e2 34 11 22 33 c8 a1 fb e2 34 c8 a2 fb'),
    'hex_c': bytes.fromhex('f4 23 62 b4 56 45 f4 23 45 00 f4 23 99 33 45'),
    'hex_d': bytes.fromhex('01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12'),
    'hex_e': b'MZ' + bytes(10) + b'PE' + bytes(3) + b'PE' + bytes(40) + b'MZ\x90',
    'hex_f': bytes.fromhex('31 32 0a 33 34 0d 0a 35 36 0a'),
    'jumps': b'<1>' + b'.' * 3 + b'<2>' + b'.' * 10 + b'<3>' + b'\n' * 4 + b'<2><2>' + b'.' * 30 + b'<4>',
    'jumps_many': b'begin' + b'x' * 5 + b'end' + b'y' * 5 + b'end' + b'begin' + b'end' + b'begin end',
    'chain_near': b'HEAD' + b'-' * 150 + b'BODY' + b'-' * 150 + b'TAIL',
    'chain_200': b'HEAD' + b'-' * 200 + b'BODY' + b'-' * 200 + b'TAIL',
    'chain_201': b'HEAD' + b'-' * 201 + b'BODY' + b'-' * 201 + b'TAIL',
    'chain_far': b'HEAD' + b'-' * 5000 + b'BODY' + b'-' * 700 + b'TAIL' + b'-' * 300 + b'TAIL',
    'chain_heads': b'HEAD' + b'=' * 250 + b'HEAD' + b'=' * 10 + b'BODY' + b'=' * 250 + b'BODY' + b'=' * 300 + b'TAIL',
    'chain_wrong': b'TAIL' + b'=' * 300 + b'BODY' + b'=' * 300 + b'HEAD',
    're_a': b'abbbbc ac abc abbc abbbbbbbbbbc aXc a\nc a.c',
    're_b': b'foo bar foobar foo123bar FOO BAR Foo\tBar foo\nbar foobarbar',
    're_c': b'http://example.org/a?b=c&d=e https://192.0.2.1:8080/ ftp://x user@example.com <tag attr="v">text</tag>',
    're_d': b'aab aaab ab b aaaaab aabab abab ababab',
    're_e': b'x{1}y a{2} a{ {3,} }{ a{1,2 a{,3} [x] (y) a|b a+b a*c ^$.\\/',
    're_f': b'\x00\x01\x7f\x80\xff caf\xe9 na\xefve \xc3\xa9t\xc3\xa9 \xff\xff',
    're_g': b'\tTAB\x07BEL\x0cFF\x0bVT\x1bESC\x08BS',
    're_h': b'word1 word_2 word-3 _word4_ 5word word',
    're_i': b'AbCdEf abcdef ABCDEF aBcDeF azAZ09_ -]^\\',
    're_long': b'start' + b'm' * 3000 + b'stop' + b'm' * 900 + b'stop' + b'\nstart' + b'm' * 200 + b'stop',
    're_limits': b'x' * 1100 + b'yyy' + b'z' * 100,
    'ints': INTS + struct.pack('>hHiI', -300, 65236, -70000, 4294897296),
    'ints_short': b'\x01\x02\x03',
    'mz_only': b'MZ',
    'mz_bad': b'MZ' + bytes(58) + struct.pack('<I', 0x7ffffff0) + bytes(64),
    'pe32': pe(b'abc' + b'code' + bytes(16)),
    'pe_upx': pe(b'UPX!', names=(b'UPX0', b'UPX1', b'.rsrc')),
    'elf64': elf(b'abc' + bytes(32), segments=1, sections=0),
    'elf_object': elf(b'data', kind=1),
    'size_99': b'.' * 99,
    'size_100': b'.' * 100,
    'size_101': b'.' * 101,
    'size_1023': b'k' * 1023,
    'size_1024': b'k' * 1024,
    'size_5k': filler(5000),
    'many': b'ab' * 600,
    'sparse': b'\0' * 300 + b'ab' + b'\0' * 300 + b'ab' + b'\0' * 300 + b'ba',
    'three': b'alpha beta gamma alpha beta alpha',
    'alpha': b'alpha only, at 0',
    'beta': b'....beta',
    'gamma': b'gamma gamma gamma gamma',
    'late': b'.' * 64 + b'alpha' + b'.' * 64 + b'beta',
    'vector_ends': b''.join(b'.' * (n - 3) + b'abc' for n in (16, 32, 64, 128)) + b'.' * 61 + b'ab',
    'quotes': b'say "hi" and \\back\\slash\\ \'single\' tab\there\0nul',
    'latin': b'caf\xe9 \xfcber \xdf',
    'email': b'From: a@example.org\r\nSubject: =?utf-8?q?x?=\r\n\r\nbody\r\n',
    'numbers_text': b'seven 7 eight 8 nine 9 ten 10 7 7 7',
    'nested': b'((a)(b(c))) [[]] {{}} <a><b></b></a>',
    'repeat': b'abcabcabcabc' + b'xyz' * 5 + b'abcab',
    'markers': b'[A]....[B]........[A]..[C][B][A]',
    'entropy_low': b'AB' * 500,
    'entropy_high': filler(2000, 7),
    'hash_me': b'The quick brown fox jumps over the lazy dog',
}


def write(folder):
    """Writes all files; returns their names in order."""
    for name, data in FILES.items():
        with open(os.path.join(folder, name), 'wb') as f:
            f.write(data)
    return sorted(FILES)
