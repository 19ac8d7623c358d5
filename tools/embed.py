#!/usr/bin/python3
"""embed.py IN OUT NAME - a file as a C array: const unsigned char NAME[]."""
import sys

data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "w") as out:
    name = sys.argv[3]
    out.write(f"extern const unsigned char {name}[{len(data)}];\n")
    out.write(f"const unsigned char {name}[{len(data)}] =\n")
    for i in range(0, len(data), 64):  # a string compiles 20 times faster than numbers
        out.write('"' + "".join(f"\\{b:03o}" for b in data[i:i + 64]) + '"\n')
    out.write(";\n")
