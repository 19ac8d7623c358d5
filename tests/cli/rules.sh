# candor rules: lists and differences, of folders, files and archives
. "$here/setup.inc"

mkdir -p old/sub new
cat >old/a.yar <<'R'
global rule all_of_them { condition: filesize > 0 }
rule stays : one two { meta: description = "it \"stays\"" score = 7 sure = true condition: false }
rule moves { condition: true }
rule becomes
{
	meta:
		Author = "somebody"
	strings:
		$a = "x\ty" // of old
	condition:
		$a
}
R
echo 'include "part.inc" private rule goes { meta: reason = "no more" condition: part }' >old/sub/b.yar
echo 'rule part { condition: false }' >old/sub/part.inc
sed -e 's/"x.ty"/"x" wide/' -e '/moves/d' -e 's/{ meta/{\n\n meta/' old/a.yar >new/a.yar
printf 'rule moves { condition: true } rule comes { meta: reference = "https://x\\x1by" condition: true }' >new/c.yar
echo '# list'
code "$candor" rules list old
"$candor" rules list --json new/c.yar
echo '# diff'
code "$candor" rules diff old new
"$candor" rules diff --json old new | cut -c1-150
code "$candor" rules diff -q new old
code "$candor" rules diff new new
echo '# an archive is the folder that was packed; with defined variables'
echo 'rule e { condition: ext == 1 }' >new/e.yar
(cd new && tar --format=ustar --sort=name --numeric-owner --owner=0 --group=0 --mtime=@0 --mode=0644 -b 2 -cf ../new.tar a.yar c.yar e.yar)
code "$candor" rules diff -d ext=1 new new.tar
code "$candor" rules list new.tar
echo '# wrong'
code "$candor" rules list none
"$candor" compile r.yar -o r.cdr; code "$candor" rules list r.cdr
echo junk >junk; code "$candor" rules list junk
code "$candor" rules diff old
code "$candor" rules
code "$candor" rules nonsense
