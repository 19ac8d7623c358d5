#!/usr/bin/python3
"""lists.py FOLDER - the file lists that data/gram.bin is counted from.

Writes FOLDER/{usr,pe,src,docs}: /usr, and the packages that
tests/diff/files/make.sh unpacked, in the order of their paths' hashes. Files on
the bench lists are left out, so that a bench measures files never seen here.
Then: gram data/gram.bin usr 130 pe 100 src 60 docs 40
"""
import hashlib
import os
import sys

CORPUS = os.path.expanduser("~/.cache/candor-corpus")


def files(root):
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path


def main(out):
    held = set()
    for name in ("q-usr", "q-pe", "q-src", "q-docs"):
        for line in open(f"{CORPUS}/lists/{name}"):
            path = line.rstrip("\n")
            held.update({path, path.removeprefix(f"{CORPUS}/tree/usr")})
    for name in ("usr", "pe", "src", "docs"):
        root = "/usr" if name == "usr" else f"{CORPUS}/tree/{name}"
        paths = sorted((p for p in files(root) if p not in held and "\n" not in p),
                       key=lambda p: hashlib.sha256(os.fsencode(p)).digest())
        with open(f"{out}/{name}", "wb") as f:
            f.writelines(os.fsencode(p) + b"\n" for p in paths)


main(sys.argv[1])
