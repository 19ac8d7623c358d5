#!/usr/bin/env python3
"""walk.py CANDOR PAGE - runs the sh blocks of a page, in order, in one shell. TAP.

Besides candor there is nothing but what every Debian has, and openssl: so the page keeps
its promise, that the log can be checked by hand.
"""
import os
import pathlib
import re
import sys

import rig

candor, page = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
blocks = re.findall(r'^```sh\n(.*?)^```$', page.read_text(), re.M | re.S)
script = 'set -e\n' + ''.join(f'{b}\necho "@ok {i}"\n' for i, b in enumerate(blocks))
with rig.folder() as where:
    env = dict(os.environ, PATH=f'{candor.parent}:{os.environ["PATH"]}', LC_ALL='C.UTF-8')
    r = rig.run('sh', '-c', script, cwd=where, env=env)
went = re.findall(r'^@ok (\d+)$', r.stdout.decode(), re.M)
for i, b in enumerate(blocks):
    rig.ok(str(i) in went, b.split('\n')[0], f'{b}\n{r.stdout.decode()[-800:]}\n{r.stderr.decode()}')
rig.ok(len(blocks) > 0, 'there is something to run')
rig.done()
