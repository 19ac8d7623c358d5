# what is found, in the order of the walk, and the exit codes
. "$here/setup.inc"

mkdir -p x/b x/a
bad x/b/one; bad x/a/two; echo harmless >x/a/clean
code scan -j1 x
code scan -q -j1 x
code scan x/a/clean
code scan -q --all x/a/clean
