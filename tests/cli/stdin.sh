# standard input
. "$here/setup.inc"

bad f
code scan -q - <f
code scan -q - </dev/null
head -c 3000000 /dev/zero | code scan -q --max-file-size 1M -
