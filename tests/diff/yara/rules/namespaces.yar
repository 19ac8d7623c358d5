/* yara.md 2, namespaces: the same name in two; a global rule holds in its own only. */
//: -e one:inc/ns_a.inc two:inc/ns_b.inc
