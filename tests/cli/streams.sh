# standard streams that are closed, full, a device, or wanted twice
. "$here/setup.inc"

bad f; mkdir x; bad x/b
echo '# a closed stream is nobody else'\''s descriptor'
code "$candor" compile r.yar -o a.cdr
code "$candor" compile r.yar -o b.cdr 2>&- >&- <&-
cmp a.cdr b.cdr && echo the same
code scan -q f <&-
"$candor" scan -q -r r.yar f >&- 2>err; echo "exit $?"; cat err
"$candor" scan -r r.yar f 2>&-; echo "exit $?"
echo '# a full disk'
for verb in 'scan -q -r r.yar f' 'check none.yar' 'explain -r r.yar eicar' 'help' 'version' 'scan --help' 'dump f'
do
	"$candor" $verb >/dev/full 2>err
	echo "$verb: exit $?"
	grep -v none err
done
echo '# -o'
code "$candor" compile r.yar -o /dev/null && test -c /dev/null && echo still a device
code "$candor" compile r.yar -o /dev/full
"$candor" compile r.yar -o /dev/stdout | cmp a.cdr - && echo the same
code "$candor" compile r.yar -o x
code "$candor" compile r.yar -o none/a.cdr
ls
echo '# standard input'
echo f | code scan -q --list - -
code scan -q - - <f
echo '# a list that cannot be read'
code scan -q --list x
head -c 200000 /dev/zero | tr '\0' a >long
code scan -q --list long
