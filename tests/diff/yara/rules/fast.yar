/* yara.md 8: fast mode keeps one match of a string that no count or place asks about. */
//: -f
rule ff_once { strings: $a = "ab" condition: $a }
rule ff_counted { strings: $a = "ab" condition: #a > 3 }
rule ff_placed { strings: $a = "ab" condition: $a at 2 }
rule ff_offset { strings: $a = "ab" condition: @a[2] > 2 }
rule ff_set { strings: $a = "ab" $b = "bc" condition: any of them }
rule ff_loop { strings: $a = "ab" $b = "abc" condition: for any of them : ( $ ) }
rule ff_loop_count { strings: $a = "ab" $b = "bc" condition: $a and for any of ($b) : ( # > 1 ) }
rule ff_loop_offset { strings: $a = "ab" $b = "bc" condition: $b and for any of ($a) : ( @ > 1 ) }
rule ff_in { strings: $a = "ab" condition: $a in (0..100) }
rule ff_length { strings: $a = "ab" condition: $a and !a == 2 }
rule ff_chain { strings: $a = { 48 45 41 44 [0-300] 42 4F 44 59 } condition: $a }
rule ff_both { strings: $a = "ab" wide ascii condition: $a }
rule ff_hex { strings: $a = { 61 ( 61 | 62 ) } condition: $a }
