# rules from folders, many of them
. "$here/setup.inc"

mkdir -p d/sub; bad f
for i in $(seq 100); do
	echo "rule r$i { strings: \$a = \"EICAR-STANDARD\" condition: \$a and $i == 77 }" >d/sub/$i.yar
done
echo 'this is not a rule' >d/readme.txt
"$candor" scan -q -r d f | sed 's/eicar/r77/'
