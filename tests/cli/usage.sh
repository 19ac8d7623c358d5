# a wrong command line
. "$here/setup.inc"

code "$candor" scan
code "$candor" scan --nonsense x
code "$candor" scan -j x .
code "$candor" scan -j 999 .
code "$candor" scan -d novalue .
code "$candor" nonsense
code "$candor" compile r.yar
code "$candor" check
code "$candor" help nonsense
code scan -r none.yar r.yar
