# --dialect: whose values count, and that a database keeps what it was compiled in
. "$here/setup.inc"

echo 'import "math" rule signed { condition: math.min(-1, 0) == -1 }' >d.yar
printf 'import "macho"\nrule own { condition: macho.has_dylib("x") }\n' >own.yar
echo text >f
code "$candor" scan -q -r d.yar f
code "$candor" scan -q --dialect yara -r d.yar f
code "$candor" scan -q --dialect yara-x -r d.yar f
code "$candor" compile --dialect yara-x -o x.db d.yar
code "$candor" scan -q -r x.db f
code "$candor" scan -q --dialect yara-x -r x.db f
code "$candor" compile -o y.db d.yar
code "$candor" scan -q -r y.db f
code "$candor" scan -q --dialect clamav -r d.yar f
code "$candor" scan -q --dialect yara-x f
code "$candor" check --dialect yara-x own.yar
code "$candor" check own.yar
code "$candor" check --yara-only own.yar
for module in crx lnk msi olecf vba zip; do
	echo "import \"$module\" rule a { condition: true }" >$module.yar
	code "$candor" check $module.yar
	code "$candor" check --yara-only $module.yar
done
for module in console cuckoo dex dotnet elf hash macho magic math pe string time; do
	echo "import \"$module\" rule $module { condition: true }"
done >yaras.yar
code "$candor" check --yara-only yaras.yar
