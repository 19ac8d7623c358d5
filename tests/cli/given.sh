# what modules are given: a sandbox's report for cuckoo, libmagic's words
. "$here/setup.inc"

cat >report.json <<'R'
{ "network": { "hosts": ["9.9.9.9"], "tcp": [{ "dst": "10.0.0.1", "dport": 443 }] },
  "behavior": { "summary": { "mutexes": ["Global\\evil"] } } }
R
cat >c.yar <<'R'
import "cuckoo"
rule mutex { condition: cuckoo.sync.mutex(/evil$/) }
rule tcp { condition: cuckoo.network.tcp(/^10\./, 443) }
rule nothing { condition: not cuckoo.sync.mutex(/evil$/) and not cuckoo.network.host(/./) }
R
echo text >f
echo '[1' >bad.json
code "$candor" scan -q -r c.yar -x cuckoo=report.json f
code "$candor" yara -x cuckoo=report.json c.yar f
code "$candor" yara c.yar f
echo "-- a report that is none, nowhere, nobody's, none of a file's"
code "$candor" scan -q -r c.yar -x cuckoo=bad.json f
code "$candor" yara -x cuckoo=bad.json c.yar f
code "$candor" scan -q -r c.yar -x cuckoo=nowhere f
code "$candor" yara -x cuckoo=nowhere c.yar f
code "$candor" yara -x cuckoo=. c.yar f
code "$candor" scan -q -r c.yar -x cuckoo f
code "$candor" yara -x cuckoo c.yar f
code "$candor" yara -x nobody=report.json c.yar f
echo 'rule always { condition: true }' >always.yar
code "$candor" yara -x cuckoo=bad.json always.yar f
echo "-- many workers, each is given it"
mkdir d
for i in 1 2 3 4 5 6; do cp f "d/$i"; done
"$candor" yara -p 4 -x cuckoo=report.json c.yar d | sort
"$candor" scan -q --isolate -r c.yar -x cuckoo=report.json d | wc -l
echo "-- libmagic"
cat >m.yar <<'R'
import "magic"
rule text_ { condition: magic.type() == "ASCII text" and magic.mime_type() == "text/plain" }
rule silent { condition: not defined magic.type() }
R
: >empty
code "$candor" yara m.yar f
code "$candor" yara m.yar empty
"$candor" compile -o m.cdr m.yar
code "$candor" scan -q -r m.cdr f
