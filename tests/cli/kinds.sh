# what is no file: named, and in a folder
. "$here/setup.inc"

mkdir x
mkfifo x/fifo
bad x/file
ln -s file x/link
code scan -j1 x/fifo x/link /dev/null x/file x/none
echo in the folder:
code scan x
