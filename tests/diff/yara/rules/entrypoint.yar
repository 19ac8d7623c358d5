/* yara.md 4: entrypoint, as an offset in the file. One file at a time: YARA 4.2 remembers the entry
 * point of the last program it scanned. */
//! each
rule ep_any { condition: entrypoint > 0 }
rule ep_at { strings: $a = "abc" condition: $a at entrypoint }
rule ep_none { condition: not defined entrypoint and filesize == 99 }
rule ep_defined { condition: defined entrypoint }
rule ep_pe { condition: entrypoint == 0x400 }
rule ep_elf { condition: entrypoint == 120 and uint8(entrypoint) == 0x61 }
rule ep_in { strings: $a = "code" condition: $a in (entrypoint..entrypoint + 16) }
