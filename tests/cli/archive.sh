# rules from an archive: as from the folder that was packed, and only in one form
. "$here/setup.inc"
form='--numeric-owner --owner=0 --group=0 --mtime=@0 --mode=0644 -b 2'

mkdir -p d/sub
cp r.yar d/
echo 'include "part.inc" include "../r2.yar"' >d/sub/s.yar
echo 'rule part { condition: false }' >d/sub/part.inc
echo 'rule r2 { condition: true }' >d/r2.yar
(cd d && tar --format=ustar --sort=name $form -cf ../ok.tar r.yar sub/part.inc sub/s.yar)
(cd d && tar --format=ustar --sort=name $form -cf ../all.tar r.yar r2.yar sub/part.inc sub/s.yar)
bad f
code "$candor" check ok.tar
code "$candor" check all.tar
sed -i 's/ include.*//' d/sub/s.yar
(cd d && tar --format=ustar --sort=name $form -cf ../ok.tar r.yar sub/part.inc sub/s.yar)
code "$candor" check ok.tar
code "$candor" scan -q -r x:ok.tar f
(cd d && tar --format=ustar --mode=0600 -cf ../other.tar r.yar)
code "$candor" check other.tar
head -c 1500 ok.tar >cut.tar
code "$candor" scan -q -r cut.tar f
