#!/usr/bin/env python3
"""run.py ASK CANDOR-FETCH - candor-fetch against servers of every kind, on loopback. TAP."""
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tap import done, ok  # noqa: E402

ask, fetch = sys.argv[1:3]
seen = []


def handle(conn, answer):
    with conn:
        conn.settimeout(20)
        try:
            while True:
                data = b''
                while b'\r\n\r\n' not in data:
                    more = conn.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, body = data.partition(b'\r\n\r\n')
                m = re.search(rb'Content-Length: (\d+)', head)
                while m and len(body) < int(m[1]):
                    body += conn.recv(65536)
                seen.append(head + b'\r\n\r\n' + body)
                if not answer(conn, head):
                    return
        except (OSError, ssl.SSLError):
            return


def serve(answer, context=None):
    s = socket.create_server(('127.0.0.1', 0))

    def loop():
        while True:
            conn, _ = s.accept()
            try:
                if context:
                    conn = context.wrap_socket(conn, server_side=True)
            except OSError:
                continue
            threading.Thread(target=handle, args=(conn, answer), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()
    return s.getsockname()[1]


def reply(conn, body, status='200 OK', extra=''):
    conn.sendall(f'HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n'.encode() + body)
    return True


def plain(conn, head):
    path = head.split()[1].decode()
    if path.startswith('/n/'):
        return reply(conn, b'x' * int(path[3:]), extra='Content-Type: text/x.tlog.size\r\n')
    if path == '/moved':
        return reply(conn, b'', '302 Found', f'Location: http://127.0.0.1:{other}/stolen\r\n')
    if path == '/409':
        return reply(conn, b'12\n', '409 Conflict')
    return reply(conn, b'', '404 Not Found')


def endless(conn, head):
    conn.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while True:
        conn.sendall(b'y' * 65536)


def endless_head(conn, head):
    conn.sendall(b'HTTP/1.1 200 OK\r\n')
    while True:
        conn.sendall(b'X-Y: ' + b'y' * 8192 + b'\r\n')


def drip(conn, head):
    conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
    while True:
        conn.sendall(b'z')
        time.sleep(0.2)


def silent(conn, head):
    time.sleep(20)


def cut(conn, head):
    conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc')


def rubbish(conn, head):
    conn.sendall(b'SSH-2.0-OpenSSH_9.2\r\n')


def run(*args):
    out = subprocess.run([ask, fetch, *args], capture_output=True, text=True, timeout=60)
    return [l.split('\t') for l in out.stdout.splitlines()], out.stdout


stolen = []
other = serve(lambda c, h: stolen.append(h) or reply(c, b'stolen'))
port = serve(plain)
base = f'http://127.0.0.1:{port}'

rows, _ = run(base + '/n/10', base + '/missing', base + '/409', base + '/n/0')
ok('answers', [r[:3] for r in rows] == [['OK', '200', '10'], ['OK', '404', '0'], ['OK', '409', '3'],
                                        ['OK', '200', '0']], rows)
ok('the type is told', rows[0][3] == 'text/x.tlog.size', rows)

rows, _ = run(*[f'{base}/n/{n}' for n in range(250)])
ok('250 at once', [r[:3] for r in rows] == [['OK', '200', str(n)] for n in range(250)], rows[:3])
rows, _ = run('-m', '3000000', base + '/n/3000000')
ok('a large one', rows == [['OK', '200', '3000000', 'text/x.tlog.size', '']], rows)

rows, _ = run('-m', '99', base + '/n/99', base + '/n/100')
ok('one byte too many', [r[0] for r in rows] == ['OK', 'LARGE'], rows)

rows, _ = run(base + '/moved')
ok('a redirect is not followed', rows[0][:2] == ['OK', '302'] and not stolen, (rows, stolen))
rows, _ = run('-r', base, base + '/n/1', f'http://127.0.0.1:{other}/', 'http://user@127.0.0.1/',
              'file:///etc/passwd')
ok('only configured hosts', [r[0] for r in rows] == ['OK', 'URL', 'URL', 'URL'] and not stolen, rows)

for name, answer, want, args in (
        ('endless data', endless, 'LARGE', ['-m', '100000']),
        ('an endless head', endless_head, 'CUT', []),
        ('slow: the deadline', drip, 'SLOW', ['-d', '1500']),
        ('slow: the rate', drip, 'SLOW', ['-s', '1', '-d', '15000']),
        ('silent', silent, 'SLOW', ['-d', '1000']),
        ('cut', cut, 'CUT', []),
        ('no HTTP', rubbish, 'CUT', [])):
    rows, _ = run(*args, f'http://127.0.0.1:{serve(answer)}/')
    ok(name, len(rows) == 1 and rows[0][0] == want and rows[0][4], rows)

s = socket.create_server(('127.0.0.1', 0))
dead = s.getsockname()[1]
s.close()
rows, _ = run(f'http://127.0.0.1:{dead}/', base + '/n/1')
ok('nobody there, and the others go on', [r[0] for r in rows] == ['CONNECT', 'OK'], rows)
rows, _ = run('http://no.such.host.invalid/')
ok('no such name', rows[0][0] == 'RESOLVE', rows)
rows, _ = run(f'http://localhost:{port}/n/4')
ok('a name', rows[0][:3] == ['OK', '200', '4'], rows)

# The bytes of a request: the same whoever asks, and shown as they are.
seen.clear()
_, text = run('-b', base + '/n/3')
first = seen[-1]
os.environ.update({'http_proxy': 'http://127.0.0.1:1', 'HOME': '/root', 'USER': 'me', 'LANG': 'de_DE'})
run(base + '/n/3')
want = f'GET /n/3 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: candor\r\nAccept: */*\r\n\r\n'
ok('the request is these bytes', first == want.encode(), first)
ok('whatever the environment says', seen[-1] == first, seen[-1])
ok('and shown so', text.split('\n', 1)[1] == want.replace('\r', '') or
   text.split('\n', 1)[1] == want, repr(text))
run('-p', 'old 0\n', base + '/409')
want = (f'POST /409 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: candor\r\nAccept: */*\r\n'
        'Content-Type: text/x.test\r\nContent-Length: 6\r\n\r\nold 0\n')
ok('a post', seen[-1] == want.encode(), seen[-1])

with tempfile.TemporaryDirectory(prefix='candor-fetch-') as d:
    os.chmod(d, 0o755)
    for name, host in (('good', 'localhost'), ('evil', 'localhost')):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                        '-nodes', '-days', '2', '-subj', f'/CN={host}', '-addext',
                        f'subjectAltName=DNS:{host}', '-keyout', f'{d}/{name}.key', '-out',
                        f'{d}/{name}.pem'], check=True, capture_output=True)
    def context(name):
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        c.load_cert_chain(f'{d}/{name}.pem', f'{d}/{name}.key')
        return c
    tls = serve(plain, context('good'))
    rows, _ = run('-c', d + '/good.pem', f'https://localhost:{tls}/n/20000', f'https://localhost:{tls}/n/1')
    ok('TLS', [r[:3] for r in rows] == [['OK', '200', '20000'], ['OK', '200', '1']], rows)
    rows, _ = run('-c', d + '/evil.pem', f'https://localhost:{tls}/n/2')
    ok('TLS of somebody else', rows[0][0] == 'TLS', rows)
    rows, _ = run('-c', d + '/good.pem', f'https://127.0.0.1:{tls}/n/2')
    ok('TLS for another name', rows[0][0] == 'TLS', rows)
    rows, _ = run('-d', '1500', '-c', d + '/good.pem', f'https://localhost:{port}/n/2')
    ok('no TLS where there should be', rows[0][0] in ('TLS', 'CUT', 'SLOW'), rows)
    rows, _ = run('-c', d + '/none.pem', f'https://localhost:{tls}/n/2')
    ok('no certificates', rows[0][0] == 'CUT' and 'none.pem' in rows[0][4], rows)

done()
