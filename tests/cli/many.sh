# very many files, in little memory
. "$here/setup.inc"

n=20; [ -z "$slow" ] || n=100
python3 - $n "$candor" <<'P'
import os, resource, subprocess, sys
n = int(sys.argv[1])
for d in range(n):
    os.makedirs(f'x/{d:03}')
    for i in range(1000):
        with open(f'x/{d:03}/{i}', 'w') as f:
            f.write('EICAR-STANDARD-ANTIVIRUS-TEST-FILE' if i == 77 else f'file {d} {i}')
os.mkdir('y')
for i in range(n * 1000):
    os.symlink('/etc/passwd' if i % 2 else 'nowhere', f'y/{i}')
run = subprocess.run([sys.argv[2], 'scan', '-q', '-r', 'r.yar', 'x', 'y'], stdout=subprocess.PIPE)
rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
found = run.stdout.decode().splitlines()
print('found all:', len(found) == n and all(l.endswith('/77') for l in found))
print('memory below 64 MB:', rss < 64 or f'{rss} MB')
print('exit', run.returncode)
P
