# candor fmt: in place, --check, --diff, stdin; modes, links, errors; our own rules
. "$here/setup.inc"

printf 'rule a{meta:x=1 strings:$a="a"wide// why\n condition:$a}' >a.yar
cp a.yar b.yar && chmod 640 b.yar && ln -s b.yar link.yar
mkdir d && cp a.yar d/c.yara && cp a.yar d/not.txt
echo '# check and diff write nothing'
code "$candor" fmt --check a.yar d
code "$candor" fmt --diff a.yar
"$candor" fmt --diff a.yar | (cp a.yar p.yar && sed 's/a\.yar/p.yar/' | patch -s p.yar) && cp p.yar want
cmp -s a.yar d/c.yara && echo untouched
echo '# in place'
code "$candor" fmt a.yar link.yar d
cmp a.yar want && cmp b.yar want && cmp d/c.yara want && stat -c '%a %F %n' b.yar link.yar
cmp -s d/not.txt want || echo only rules
code "$candor" fmt --check a.yar link.yar d
code "$candor" fmt -q a.yar
ls
echo '# stdin'
code "$candor" fmt - <d/not.txt
"$candor" fmt - <a.yar | cmp - a.yar
code "$candor" fmt --check - <a.yar
echo '# errors leave a file alone, and the others go on'
echo 'rule a { condition: 1 + }' >bad.yar
echo 'rule a { strings: $a = "\q" condition: $a }' >escape.yar
printf 'rule a { condition: not_here and\next == 1 }' >external.yar
cp bad.yar bad.old
code "$candor" fmt bad.yar escape.yar external.yar
cmp bad.yar bad.old
code "$candor" fmt none.yar
code "$candor" fmt
tar --format=ustar --sort=name --numeric-owner --owner=0 --group=0 --mtime=@0 --mode=0644 -b 2 -cf r.tar a.yar
code "$candor" fmt r.tar
echo '# the same database of what is ours'
cp -r "$here/../../data/rules" ours && chmod -R u+w ours
"$candor" compile -q ours -o before.cdr && "$candor" fmt -q ours && "$candor" compile -q ours -o after.cdr
cmp before.cdr after.cdr && "$candor" fmt --check ours && echo the same
