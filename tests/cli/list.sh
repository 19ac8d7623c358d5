# paths from a list: newlines, NUL, standard input
. "$here/setup.inc"

mkdir x
bad x/1; bad x/2; bad "x/3
4"
printf 'x/1\n\nx/2\n' >l
scan -q -j1 --list l
printf 'x/1\0x/3\n4\0' | scan -q -j1 --list - x/2
printf 'x/2' | scan -q -j1 --list -
code scan -q --list nothing
