# files and folders that we may not read
. "$here/setup.inc"

mkdir x x/shut
bad x/1; bad x/2; bad x/shut/3
chmod 0 x/2 x/shut
if [ "$(id -u)" = 0 ]; then
	drop='setpriv --reuid 65534 --regid 65534 --clear-groups'
	chmod 755 . x; chmod 644 x/1 r.yar
	$drop "$candor" version >/dev/null 2>&1 || { echo cannot become nobody here; exit 77; }
	code $drop "$candor" scan -j1 -r r.yar x
else
	code scan -j1 x
fi
