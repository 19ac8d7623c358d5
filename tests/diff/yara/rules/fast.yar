/* yara.md 8: fast mode keeps one match of a string that no count or place asks about. */
//: -f
rule ff_once { strings: $a = "ab" condition: $a }
rule ff_counted { strings: $a = "ab" condition: #a > 3 }
rule ff_placed { strings: $a = "ab" condition: $a at 2 }
rule ff_offset { strings: $a = "ab" condition: @a[2] > 2 }
