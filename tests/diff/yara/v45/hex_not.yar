/* yara.md 3.2: ~ before a byte or a nibble (YARA 4.3). */
rule hn_byte_last { strings: $a = { 66 6F ~78 } condition: $a }
rule hn_byte_first { strings: $a = { ~61 62 63 } condition: $a }
rule hn_byte_middle { strings: $a = { 61 ~62 63 } condition: $a }
rule hn_two { strings: $a = { F4 23 ~62 ~B4 } condition: $a }
rule hn_low_nibble { strings: $a = { 61 ~?2 63 } condition: $a }
rule hn_high_nibble { strings: $a = { 61 ~6? 63 } condition: $a }
rule hn_newline { strings: $a = { 66 6F 6F ~20 62 } condition: $a }
rule hn_zero { strings: $a = { 66 6F 78 ~00 } condition: $a }
rule hn_alternative { strings: $a = { 66 6F ( ~78 | 78 ~20 ) } condition: $a }
rule hn_jump { strings: $a = { 3C ~32 3E [0-12] 3C } condition: $a }
rule hn_end { strings: $a = { 61 62 63 ~20 } condition: $a }
rule hn_high { strings: $a = { FD ~FF FF } condition: $a }
rule hn_only { strings: $a = { ~61 ~61 } condition: $a and filesize < 10 }
