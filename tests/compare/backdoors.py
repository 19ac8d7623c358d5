#!/usr/bin/env python3
"""backdoors.py CANDOR - what is planted into a program is found, at the function it is in.

A small program of our own is built as a package would be: once as it is, then with a
backdoor or with a harmless difference. Each build is compared stripped, as packages ship
it, and with symbols, which name the function. No network; GCC makes the programs.
"""
import os
import shutil
import subprocess
import sys

from rig import ROOT, ar, check, compare, deb, finish, found

LOGIN = r'''
#include <stdio.h>
#include <string.h>
#include "login.h"
static const char *const users[] = { "root", "daemon", "nobody", 0 };
int attempts;
int user_known(const char *name)
{
	for (int i = 0; users[i] != 0; i++)
		if (strcmp(users[i], name) == 0)
			return 1;
	return 0;
}
int password_good(const char *name, const char *password)
{
	unsigned h = 5381;
	for (const char *p = password; *p != 0; p++)
		h = h * 33 + (unsigned char)*p;
	if (attempts++ > MAX_ATTEMPTS)
		return 0;
	return h == 0x7c9e6865u && user_known(name);
}
const char *role(int level)
{
	switch (level) {
	case 0: return "guest";
	case 1: return "user";
	case 2: return "operator";
	case 3: puts("be careful"); return "administrator";
	case 4: return "auditor";
	default: return "nobody";
	}
}
'''
HEADER = '#define MAX_ATTEMPTS 3\nint user_known(const char *);\nint password_good(const char *, const char *);\n' \
         'const char *role(int);\nvoid report(const char *);\n'
MAIN = r'''
#include <stdio.h>
#include <stdlib.h>
#include "login.h"
void report(const char *who)
{
	FILE *f = fopen("/var/log/login.log", "a");
	if (f == 0) {
		perror(__FILE__);
		return;
	}
	fprintf(f, "login of %s, built %s\n", who, __DATE__);
	fclose(f);
}
int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!password_good(argv[1], argv[2])) {
		puts("no");
		return 1;
	}
	report(argv[1]);
	puts(role(atoi(argv[1])));
	return 0;
}
'''
SOURCE = {'login.c': LOGIN, 'main.c': MAIN, 'login.h': HEADER}
CFLAGS = '-O2 -g -D_FORTIFY_SOURCE=0 -Wno-builtin-macro-redefined'.split()
DATE = "-D__DATE__=\"Jan  1 2024\""
SPY = '#include <stdlib.h>\nstatic void __attribute__((constructor)) spy(void) { if (getenv("SPY")) abort(); }\n'


def build(name, edits=(), flags=(), link=(), order=('login', 'main'), folder=None, wrapper=None, date=DATE):
    """The program's bytes, with symbols and stripped."""
    work = ROOT / (folder or 'tree')
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = dict(SOURCE)
    for file, old, new in edits:
        assert old in source[file], (name, old)
        source[file] = source[file].replace(old, new)
    for file, text in source.items():
        (work / file).write_text(text)
    cc = ['gcc']
    if wrapper:
        (work / 'spy.h').write_text(wrapper)
        (work / 'cc').write_text('#!/bin/sh\ncase "$*" in *login.c*) exec gcc -include spy.h "$@";; esac\nexec gcc "$@"\n')
        (work / 'cc').chmod(0o755)
        cc = ['./cc']
    for unit in order:
        subprocess.run([*cc, *CFLAGS, date, *flags, '-c', str(work / f'{unit}.c'), '-o', f'{unit}.o'], cwd=work,
                       check=True)
    subprocess.run(['gcc', '-Wl,--build-id', *flags, *(f'{u}.o' for u in order), *link, '-o', 'prog'], cwd=work,
                   check=True)
    subprocess.run(['strip', '-o', 'prog.s', 'prog'], cwd=work, check=True)
    objects = ar(*((f'{u}.o/', (work / f'{u}.o').read_bytes()) for u in ('login', 'main')))
    return {'symbols': (work / 'prog').read_bytes(), 'stripped': (work / 'prog.s').read_bytes(), 'library': objects}


# name, how it is built, what must be said where there are symbols, and in the static library
BACKDOORS = [
    ('a changed constant', {'edits': [('login.c', '0x7c9e6865u', '0x7c9e6866u')]}, ('.text password_good',)),
    ('a changed limit', {'edits': [('login.h', 'ATTEMPTS 3', 'ATTEMPTS 999')]}, ('.text password_good',)),
    ('a swapped branch', {'edits': [('login.c', '> MAX_ATTEMPTS', '<= MAX_ATTEMPTS')]}, ('.text password_good',)),
    ('or instead of and', {'edits': [('login.c', '&& user_known', '|| user_known')]}, ('.text password_good',)),
    ('an added function', {'edits': [
        ('login.c', 'const char *role', '#include <stdlib.h>\nvoid door(void) { system(getenv("DOOR")); }\nconst char *role'),
        ('login.c', 'case 4: return', 'case 4: door(); return')]}, ('.text door function was added', '.text role')),
    ('another library call', {'edits': [('login.c', 'puts("be careful")', 'perror("be careful")')]},
     ('.text role goes to perror@plt; was puts@plt',)),
    ('a friendlier comparison', {'edits': [('login.c', 'strcmp(users[i], name)', 'strncmp(users[i], name, 1)')]},
     ('.text user_known',)),
    ('another user', {'edits': [('login.c', '"nobody", 0', '"nobody", "eve", 0')]}, ('.text user_known',)),
    ('another file', {'edits': [('main.c', '/var/log/login.log', '/var/www/login.log')]},
     ('.text report uses "/var/www/login.log"; was "/var/log/login.log"',)),
    ('what a compiler wrapper injects', {'wrapper': SPY}, ('.text spy function was added', 'other functions run')),
    ('an executable stack', {'link': ['-Wl,-z,execstack']}, ('stack segment',)),
    ('a path to look for libraries in', {'link': ['-Wl,-rpath,/tmp/lib']}, ('runpath added: /tmp/lib',)),
]
HARMLESS = [
    ('another day', {'date': '-D__DATE__="Dec 31 2025"'}, {'timestamp'}),
    ('another folder', {'folder': 'a/much/longer/folder'}, {'path'}),
    ('another build id', {'link': ['-Wl,--build-id=0x0123456789abcdef']}, {'build id'}),
    ('more for debuggers', {'flags': ['-g3']}, {'debug info'}),
    ('another order of units', {'order': ('main', 'login')}, {'order'}),
]
WEAK = {'timestamp', 'path', 'order', 'build id', 'metadata', 'debug info'}
base = build('base')

for name, how, says in BACKDOORS:
    there = build('planted', **how)
    for form in ('symbols', 'stripped'):
        got = compare(base[form], there[form])
        text = '\n'.join(found(got))
        ok = got['exit'] == 1 and got['verdict'] == 'code'
        ok = ok and (form == 'stripped' or all(s in text for s in says))
        check(f'{name}, {form}', ok, f'{got["verdict"]}\n{text}')
    if 'link' not in how:
        got = compare(base['library'], there['library'])
        check(f'{name}, static library', got['verdict'] == 'code', '\n'.join(found(got)))

for name, how, classes in HARMLESS:
    there = build('harmless', **how)
    for form in ('symbols', 'stripped'):
        got = compare(base[form], there[form])
        have = {s['class'] for s in got['statements'] if s['kind'] == 'found'}
        weak = have <= WEAK and not {s['kind'] for s in got['statements']} & {'limit', 'damaged'}
        shown = form == 'stripped' and classes == {'debug info'} or have & classes
        check(f'{name}, {form}', weak and shown and got['exit'] == (1 if have else 0),
              f'{got["verdict"]}\n' + '\n'.join(found(got)))

# Only what changed is named: a function more, in front of all others, makes nobody else differ.
there = build('shifted', edits=[('login.c', 'int attempts;', 'int attempts;\nint first(int x) { return x * 7 + attempts; }'),
                                ('login.c', 'int password_good(', 'extern int first(int);\nint password_good('),
                                ('login.c', 'unsigned h = 5381;', 'unsigned h = 5381 + first(attempts);')])
for form in ('symbols', 'stripped'):
    got = compare(base[form], there[form])
    code = [s for s in got['statements'] if s.get('class') == 'code' and s['kind'] == 'found']
    check(f'a shift names two functions, {form}', len(code) == 2, '\n'.join(found(got)))

# The same inside of a package: the path leads to the program.
pkg = [deb({'control': b'Package: login\nVersion: 1\n'},
           {'usr/bin/login': (p['stripped'], {'mode': 0o755})}) for p in (base, build('planted', **BACKDOORS[0][1]))]
got = compare(*pkg, suffix='.deb')
check('inside of a package', got['verdict'] == 'code' and
      any('usr/bin/login' in f and 'code' in f for f in found(got)), '\n'.join(found(got)))
finish()
