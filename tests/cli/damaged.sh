# a database that is not whole
. "$here/setup.inc"

bad f
"$candor" compile r.yar -o r.cdr
head -c 500 r.cdr >cut.cdr
code "$candor" scan -r cut.cdr f
printf CANDORDB >head.cdr
code "$candor" scan -r head.cdr f
cp r.cdr flip.cdr
printf X | dd of=flip.cdr bs=1 seek=700 conv=notrunc 2>/dev/null
code "$candor" scan -r flip.cdr f
