#!/usr/bin/env python3
"""process.py CANDOR [YARA] - the memory of processes: scan --pid, and yara PID.

Own children only, with words in memory that are in no file of theirs. The answers are
compared with those of YARA when there is one. Speaks TAP.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import check, done  # noqa: E402

CANDOR = str(pathlib.Path(sys.argv[1]).resolve())
YARA = sys.argv[2] if len(sys.argv) > 2 else None
RULES = r'''
import "elf"
import "hash"
import "math"
rule word { strings: $a = { 64 72 6f 77 2d 6e 65 64 64 69 68 } condition: $a }
rule twice { strings: $a = { 64 72 6f 77 2d 6e 65 64 64 69 68 } $b = "no such thing anywhere" condition: $a and $b }
rule size { condition: filesize > 0 }
rule nosize { condition: not defined filesize }
rule elf_program { condition: elf.type == elf.ET_EXEC }
rule elf_known { condition: defined elf.type }
rule segments { condition: elf.number_of_segments > 1 and elf.entry_point > 0x800000 }
rule magic { condition: uint32be(0x400000) == 0x7f454c46 }
rule head { condition: uint32(0) == 0x464c457f }
rule digest { condition: defined hash.md5(0x400000, 16) and defined math.entropy(0x400000, 100) }
rule no_digest { condition: defined hash.md5(0, 16) }
rule low { strings: $m = { 7f 45 4c 46 02 01 01 } condition: $m at 0x400000 }
'''
SOURCE = r'''
#include <stdio.h>
#include <unistd.h>
static volatile char word[4096];
int main(void)
{
	const char *back = "hidden-word";
	for (int i = 0; i < 11; i++)
		word[2000 + i] = back[10 - i];
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
'''


def run(*args):
    return subprocess.run([str(a) for a in args], text=True, capture_output=True)


class Child:
    """A program that has filled its memory, and waits."""

    def __init__(self, program):
        self.p = subprocess.Popen([program], stdout=subprocess.PIPE)
        self.p.stdout.readline()
        self.pid = self.p.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.p.kill()
        self.p.stdout.close()
        self.p.wait()


def as_yara(child, name, where):
    """The same words from both command lines, but for the order of messages."""
    for options in ([], ['-s'], ['-s', '-L'], ['-c'], ['-n'], ['-e', '-m'], ['-r'], ['-i', 'word']):
        want = run(YARA, *options, where / 'rules', child.pid)
        have = run(CANDOR, 'yara', *options, where / 'rules', child.pid)
        check((have.returncode, have.stdout) == (want.returncode, want.stdout),
              f'{name}: yara {" ".join(options)}', have, want)


def one(child, name, where, matched):
    """What candor scan says of it."""
    out = run(CANDOR, 'scan', '-r', where / 'rules', '--json', '--matches', '--pid', child.pid)
    lines = [json.loads(line) for line in out.stdout.splitlines()]
    file = lines[0]
    check(file.get('path') == f'pid {child.pid}' and out.returncode == 1, f'{name}: json', out)
    rules = {r['rule']: r.get('matches', []) for r in file.get('rules', [])}
    check(sorted(rules) == sorted(matched), f'{name}: rules', sorted(rules), sorted(matched))
    match = next((m for m in rules.get('word', []) if m['region'].endswith('/' + name)), {})
    maps = pathlib.Path(f'/proc/{child.pid}/maps').read_text()
    inside = [l for l in maps.splitlines() if l.endswith('/' + name) and
              int(l.split('-')[0], 16) <= match.get('offset', 0) < int(l.split('-')[1].split()[0], 16)]
    check(bool(inside), f'{name}: the region is the one of the address', match, maps)
    text = run(CANDOR, 'scan', '-r', where / 'rules', '--matches', '--pid', child.pid).stdout
    check(re.search(rf'^    0x{match.get("offset", 0):x} \$a 11: 64 72 6f 77 2d .* in .*/{name}$', text, re.M),
          f'{name}: text', text)


with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    d.chmod(0o755)
    (d / 'rules').write_text(RULES)
    (d / 'x.c').write_text(SOURCE)
    for name, flag in (('fixed', '-no-pie'), ('moved', '-pie')):
        made = run('cc', '-O0', flag, '-o', d / name, d / 'x.c')
        if made.returncode != 0:
            sys.exit(made.stderr)
    both = ['nosize', 'word']
    with Child(d / 'fixed') as fixed, Child(d / 'moved') as moved:
        one(fixed, 'fixed', d, [*both, 'digest', 'elf_known', 'elf_program', 'low', 'magic', 'segments'])
        one(moved, 'moved', d, both)
        if YARA and shutil.which(YARA):
            as_yara(fixed, 'fixed', d)
            as_yara(moved, 'moved', d)
        out = run(CANDOR, 'scan', '-r', d / 'rules', '-q', '--pid', fixed.pid, '--pid', moved.pid, d / 'x.c')
        check(out.stdout.count(f'pid {fixed.pid}\n') == 8 and out.stdout.count(f'pid {moved.pid}\n') == 2,
              'several, and a file', out)
        out = run(CANDOR, 'scan', '-r', d / 'rules', '--max-file-size', '8k', '--pid', fixed.pid)
        check('it has more memory than may be read' in out.stdout, 'a limit is told', out)
        (d / str(fixed.pid)).write_text('a file of that name')
        out = subprocess.run([CANDOR, 'yara', 'rules', str(fixed.pid)], cwd=d, text=True, capture_output=True)
        check(out.stdout.startswith(f'size {fixed.pid}\n'), 'a file goes before the process of its name', out)
        if os.geteuid() == 0:
            out = subprocess.run([CANDOR, 'scan', '-r', str(d / 'rules'), '--pid', str(fixed.pid)],
                                 text=True, capture_output=True, user=65534, group=65534, extra_groups=[])
            check(out.returncode == 2 and 'ptrace_scope' in out.stdout, 'whose it is not is told what to do', out)
        gone = fixed.pid
    out = run(CANDOR, 'scan', '-r', d / 'rules', '--pid', gone)
    check(out.returncode == 2 and f'failed  there is no process {gone}  pid {gone}' in out.stdout, 'gone', out)
    out = run(CANDOR, 'yara', d / 'rules', gone)
    check((out.returncode, out.stderr) ==
          (1, f'error scanning {gone}: can not attach to process (try running as root)\n'), 'gone, as yara', out)
    for wrong in ('x', '0', '-1', '12x', '99999999999'):
        out = run(CANDOR, 'scan', f'--pid={wrong}')
        check(out.returncode == 3 and 'is not the number of a process' in out.stderr, f'no pid: {wrong}', out)
done()
