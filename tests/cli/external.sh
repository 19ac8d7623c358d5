# external variables, when compiling and when scanning
. "$here/setup.inc"

bad f
echo 'rule v { condition: name == "x" and n == 3 and b and fl > 1.0 }' >v.yar
code "$candor" scan -q -r v.yar f
code "$candor" scan -q -r v.yar -d name=x -d n=3 -d b=true -d fl=1.5 f
"$candor" compile v.yar -d name=y -d n=3 -d b=true -d fl=1.5 -o v.cdr
code "$candor" scan -q -r v.cdr f
code "$candor" scan -q -r v.cdr -d name=x f
code "$candor" scan -q -r v.cdr -d name=3 f
code "$candor" scan -q -r v.cdr -d none=3 f
