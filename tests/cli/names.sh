# names that would forge a line, text and JSON
. "$here/setup.inc"

mkdir x
bad "$(printf 'x/1\nmalicious  fake  y')"
bad "$(printf 'x/2\033[2Jred')"
bad "$(printf 'x/3\377\376')"
bad 'x/4\x41'
bad 'x/5 ünï'
scan -q -j1 x
scan -q -j1 --json x
