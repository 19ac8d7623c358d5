# leaving out, and sizes
. "$here/setup.inc"

mkdir -p x/skip x/in
bad x/skip/1; bad x/in/2; bad x/in/3.o
scan -q -j1 --exclude skip --exclude '*.o' x
head -c 2000 /dev/zero >x/in/big
code scan -q --max-file-size 1k --exclude skip --exclude '*.o' x
