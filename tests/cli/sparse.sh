# a file of 5 GB that has no content: slow
. "$here/setup.inc"

truncate -s 5G hole
code scan -q hole
bad end
dd if=end of=hole bs=1M seek=5119 conv=notrunc status=none
code scan -q hole
