# a compiled database that somebody truncates or overwrites while it is in use
. "$here/setup.inc"

"$candor" compile r.yar -o good.cdr
echo 'rule other { condition: false }' >o.yar
"$candor" compile o.yar -o other.cdr
# The scan waits for its list when the database is open and a worker runs.
meanwhile() {
	cp good.cdr r.cdr
	mkfifo list
	"$candor" scan -q -j1 -r r.cdr --list list &
	exec 3>list
	bad f; printf 'f\0' >&3
	# its worker has been given a file
	for i in $(seq 200); do
		grep -q . "/proc/$!/task/$!/children" && break
		sleep 0.02
	done
	"$@"
	bad g; printf 'g\0' >&3
	exec 3>&-
	wait $!
	echo "exit $?"
	rm list
}
meanwhile truncate -s 0 r.cdr
meanwhile truncate -s 1000 r.cdr
meanwhile cp other.cdr r.cdr
meanwhile rm r.cdr
echo '# it begins like one, and is 3 GB'
truncate -s 3G large.cdr; printf CANDORDB | dd of=large.cdr conv=notrunc 2>/dev/null
"$candor" scan -q -r large.cdr f; echo "exit $?"
