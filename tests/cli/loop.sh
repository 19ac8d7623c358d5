# symbolic links that lead around in circles
. "$here/setup.inc"

mkdir -p x/a/b
bad x/a/b/file
ln -s .. x/a/b/up
ln -s ../../../x x/a/b/top
ln -s b x/a/twin
ln -s nowhere x/dangling
ln -s self x/self
code scan -j1 x
code scan -q -j1 --follow x
