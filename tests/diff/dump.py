#!/usr/bin/env python3
"""Compares what candor and Debian's yara know of files, as `yara -D` prints it.

    dump.py CANDOR MODULE FILE...       CANDOR: the program, build-check/bin/candor

Prints the first line that differs of each file, and a summary; exit 1 when there are
differences. Fields that Debian's version has not are no concern of this: it compares
whole texts. With - in place of files, names are read from standard input.
"""
import subprocess
import sys
import tempfile


def dump(command, rules, path):
    return subprocess.run(command + ['-D', rules, path], capture_output=True).stdout


def main(candor, module, files):
    if files == ['-']:
        files = sys.stdin.read().splitlines()
    wrong = 0
    with tempfile.NamedTemporaryFile('w', suffix='.yar') as rules:
        # The module must be used, or it is not parsed.
        rules.write(f'import "{module}"\nrule r {{ condition: true }}\n')
        rules.flush()
        for path in files:
            want = dump(['yara'], rules.name, path).split(b'\n')
            have = dump([candor, 'yara'], rules.name, path).split(b'\n')
            if want == have:
                continue
            wrong += 1
            at = next((i for i, (w, h) in enumerate(zip(want, have)) if w != h),
                      min(len(want), len(have)))
            print(f'{path}: line {at + 1}: yara {want[at:at + 1]}, candor {have[at:at + 1]}')
    print(f'{len(files)} files, {wrong} differ')
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
