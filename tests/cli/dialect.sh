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
