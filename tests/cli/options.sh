# options of scan that no other script uses, and their limits
. "$here/setup.inc"

mkdir -p x/.git x/sub; bad x/a; bad x/.git/b; bad x/sub/c.txt; ln -s a x/link
echo '# --exclude, by name and by path'
scan -q -j1 --exclude .git --exclude 'x/sub/*' x
echo '# -j'
code scan -q -j0 x/a
code scan -q -j256 x/a
code scan -q -j257 x/a
echo '# --timeout'
code scan -q --timeout 0 x/a
code scan -q --timeout 60.5 x/a
code scan -q --timeout 4294967.9 x/a
code scan -q --timeout 99999999999 x/a
code "$candor" compile --timeout 0 r.yar -o r.cdr
echo '# --isolate: a worker a file'
scan --stats --isolate -j1 x/a x/a x/a 2>&1 | grep workers:
echo '# --max-file-size'
code scan -q --max-file-size 10 x/a
code scan -q --max-file-size 1k x/a
code scan -q --max-file-size 1Q x/a
printf '%1000s' '' | code scan -q --max-file-size 10 -
echo '# --memory, --one-file-system, --follow'
code scan -q --memory 64M --one-file-system --follow -j1 x/sub x/link
echo '# a link that is named'
code scan x/link 2>/dev/null
echo '# explain, check and compile'
"$candor" explain -r r.yar none; echo "exit $?"
code "$candor" explain a b
code "$candor" check -q r.yar
echo 'include "r.yar"' >i.yar
code "$candor" check i.yar
code "$candor" check --no-includes i.yar
code scan -q -r r.cdr -r r.yar x/a
echo '# dump'
code "$candor" dump
"$candor" dump --json x/a none | cut -c1-50
code "$candor" dump none
echo '# help'
"$candor" help --options | grep -c '^scan'
"$candor" scan -h | head -1
"$candor" --help | head -1
code "$candor" --version
