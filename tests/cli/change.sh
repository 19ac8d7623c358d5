# files that shrink, grow and are replaced while they are open
. "$here/setup.inc"

# A scan of "FILE -" has FILE open while it still reads standard input.
mkfifo p
changed() {
	"$candor" scan -q -j1 -r r.yar "$1" - <p &
	exec 3<>p
	for i in $(seq 200); do
		ls -l "/proc/$!/fd" 2>/dev/null | grep -q "/$1\$" && break
		sleep 0.02
	done
	shift
	"$@"
	exec 3>&-
	wait $!
	echo "exit $?"
}
# read: small
bad small; changed small truncate -s 3 small
bad small; changed small sh -c 'echo more >>small'
# mapped: large; the pages are gone when they are read
truncate -s 3M large; changed large truncate -s 0 large
truncate -s 3M large; changed large truncate -s 1M large
# replaced: what was opened is what is scanned
bad f; echo harmless >new; changed f mv new f
echo harmless >f; bad new; changed f mv new f
# written over in place, same size
bad f; tr a-z A-Z <f >new; sleep 0.02; changed f cp new f
