# a tree deeper than a path may be long, and than we may have descriptors
. "$here/setup.inc"

mkdir x
python3 - <<'P'
import os
os.chdir('x')
for i in range(1500):
    os.mkdir('folder')
    os.chdir('folder')
open('file', 'w').write('EICAR-STANDARD-ANTIVIRUS-TEST-FILE')
P
ulimit -n 400
scan -q x | sed 's,\(/folder\)*/,/.../,'
rm -rf x
