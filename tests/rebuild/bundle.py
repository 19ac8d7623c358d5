"""Bundles for tests, made without candor: the form of docs/handover.md, signed with the key
of a seed. So a rebuild is tested against what is written down.
"""
import io
import json
import pathlib
import sys
import tarfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'handover'))
import vendor  # noqa: E402

DATE, EPOCH = '2026-11-01T00:00:00Z', 1793491200
EMPTY = b''


def header(name, size, exec_):
    """One header of the canonical archive (docs/release.md)."""
    field = lambda text, n: text.encode().ljust(n, b'\0')
    head = bytearray(512)
    mode = '0000755' if exec_ else '0000644'
    for at, text in ((0, field(name, 100)), (100, field(mode, 8)), (108, field('0000000', 8)),
                     (116, field('0000000', 8)), (124, field(f'{size:011o}', 12)),
                     (136, field(f'{EPOCH:011o}', 12)), (148, b' ' * 8), (156, b'0'),
                     (257, b'ustar\0' + b'00'), (329, field('0000000', 8)),
                     (337, field('0000000', 8))):
        head[at:at + len(text)] = text
    head[148:156] = f'{sum(head):06o}'.encode() + b'\0 '
    return bytes(head)


def order(name):
    """As a tree is walked: '/' before every other byte."""
    return name.encode().replace(b'/', b'\0')


def make(source, recipe, artefacts, product='sample', packages='', toolchain=None):
    """The bytes of a bundle. source: {name: bytes or text}; a text that begins with
    '-> ' is a link. artefacts: {name: bytes}, what the vendor says it built. toolchain:
    {name of a .deb: bytes}, to go with packages."""
    links = {n: t[3:] for n, t in source.items() if isinstance(t, str) and t.startswith('-> ')}
    b = lambda t: t if isinstance(t, bytes) else t.encode()
    members = {'source/' + n: b(t) for n, t in source.items() if n not in links}
    members |= {'artefacts/' + n: b(t) for n, t in artefacts.items()}
    members |= {'recipe/toolchain/' + n: b(t) for n, t in (toolchain or {}).items()}
    exec_ = ['recipe/build.sh']
    lines = lambda names: ''.join(n + '\n' for n in sorted(names, key=order)).encode()
    members |= {
        'about': (f'candor handover 1\nproduct {product}\nversion 1\ndate {DATE}\n'
                  'source folder\nprevious none\n').encode(),
        'claims': EMPTY, 'left-out': EMPTY, 'source.folders': EMPTY,
        'executables': lines(exec_),
        'recipe/artefacts': lines(artefacts),
        'recipe/build.sh': b(recipe),
        'recipe/buildinfo': b'Format: 1.0\n', 'recipe/packages': b(packages),
        'sbom.spdx.json': json.dumps({'spdxVersion': 'SPDX-2.3', 'SPDXID': 'SPDXRef-DOCUMENT'}).encode() + b'\n',
        'source.links': ''.join(f'{n}\t{links[n]}\n' for n in sorted(links, key=order)).encode(),
    }
    sealed, _ = vendor.seal([(n, n in exec_, d) for n, d in members.items()])
    out = bytearray()
    for name, x, content in sealed:
        out += header(name, len(content), x) + content
        out += bytes(-len(content) % 512)
    return bytes(out) + bytes(1024)


def members(data):
    """Those of an archive that hold something, as Python's tarfile sees them."""
    return [m for m in tarfile.open(fileobj=io.BytesIO(data)).getmembers() if m.size]


KEY = vendor.vendor_key()
