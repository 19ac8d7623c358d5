#!/usr/bin/env python3
"""Writes the sample of each base rule: samples.py FOLDER. The file's name is the rule's.

A sample is harmless: texts that only look like something, headers with nothing behind them. They
are made when a test needs them and are never kept in the project."""
import os
import sys

import samples_binary
import samples_script

SAMPLES = {**samples_script.SAMPLES, **samples_binary.SAMPLES}


def write(folder):
    for rule, data in SAMPLES.items():
        with open(os.path.join(folder, rule), 'wb') as f:
            f.write(data if isinstance(data, bytes) else data.encode())
    return sorted(SAMPLES)


if __name__ == '__main__':
    write(sys.argv[1])
