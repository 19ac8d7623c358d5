# a database that is not whole
. "$here/setup.inc"

bad f
"$candor" compile r.yar -o r.cdr
head -c 500 r.cdr >cut.cdr
code "$candor" scan -r cut.cdr f
printf CANDORDB >head.cdr
code "$candor" scan -r head.cdr f
