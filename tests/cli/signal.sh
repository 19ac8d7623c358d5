# Ctrl-C and kill leave no worker behind, and the shell sees how it ended
. "$here/setup.inc"

mkfifo in
for how in INT TERM KILL; do
	# standard input never ends: the scan is there until it is told to go
	# (a shell lets what it starts in the background ignore SIGINT)
	env --default-signal=INT "$candor" scan -q -r r.yar -j2 f f f - <in >out 2>&1 &
	pid=$!
	exec 9>in
	bad f; printf x >&9
	until ps -o pid= --ppid $pid >children; do sleep 0.01; done
	kill -$how $pid
	wait $pid 2>/dev/null
	echo "$how: exit $?"
	exec 9>&-
	# gone, or a zombie that init has not buried yet
	for child in $(cat children); do
		n=0
		while ps -o stat= -p $child | grep -qv Z && [ $n -lt 100 ]; do
			n=$((n + 1))
			sleep 0.02
		done
		[ $n -lt 100 ] || echo "$child still runs: $(ps -o stat=,cmd= -p $child)"
	done
done
# what was found before is told, and that there was more
truncate -s 50G big
env --default-signal=INT "$candor" scan -r r.yar -j1 f big >out 2>err &
pid=$!
until grep -q f out; do sleep 0.01; done
kill -INT $pid
wait $pid 2>/dev/null
echo "large: exit $?"
cat out err | sed 's/, [0-9.]* s:/, ** s:/'
exit 0
