# a database: made in one step, used alone
. "$here/setup.inc"

bad f
code "$candor" compile r.yar -o r.cdr
ls
code "$candor" scan -q -r r.cdr f
code "$candor" scan -q -r r.cdr -r r.yar f
code "$candor" compile r.yar -o no/such/folder/r.cdr
code "$candor" compile none.yar -o none.cdr
ls
