/* yara.md 3.2: bytes, nibbles, wildcards, comments and layout inside. */
rule hx_bytes { strings: $a = { F4 23 62 B4 } condition: $a }
rule hx_lower { strings: $a = { f4 23 62 b4 } condition: $a }
rule hx_touching { strings: $a = { F42362B4 } condition: $a }
rule hx_mixed_layout { strings: $a = { F4 2362
	B4 } condition: $a }
rule hx_comments { strings: $a = { F4 // one
	23 /* two */ 62 /* 11 22 */ B4 } condition: $a }
rule hx_one_byte { strings: $a = { F4 } condition: $a }
rule hx_two_bytes { strings: $a = { F4 23 } condition: $a }
rule hx_wild { strings: $a = { F4 23 ?? 62 B4 } condition: $a }
rule hx_wild_two { strings: $a = { F4 23 ?? ?? 62 B4 } condition: $a }
rule hx_wild_first { strings: $a = { ?? 23 62 B4 } condition: $a }
rule hx_wild_last { strings: $a = { F4 23 62 ?? } condition: $a }
rule hx_wild_last_at_end { strings: $a = { 62 B4 ?? } condition: $a }
rule hx_wild_newline { strings: $a = { 32 ?? 33 } condition: $a }
rule hx_all_wild { strings: $a = { ?? ?? } condition: $a and filesize < 5 }
rule hx_one_wild { strings: $a = { ?? } condition: $a and filesize < 4 }
rule hx_high_nibble { strings: $a = { F4 2? 62 } condition: $a }
rule hx_low_nibble { strings: $a = { ?4 23 62 } condition: $a }
rule hx_nibbles { strings: $a = { E? ?4 00 C? A0 } condition: $a }
rule hx_nibble_only { strings: $a = { ?2 ?3 ?4 } condition: $a }
rule hx_nibble_end { strings: $a = { C8 A? F? } condition: $a }
rule hx_nibble_letters { strings: $a = { 6? 6? 63 } condition: $a }
rule hx_zeros { strings: $a = { 00 00 00 00 00 00 00 00 } condition: $a }
rule hx_mz { strings: $a = { 4D 5A } condition: $a at 0 }
rule hx_private { strings: $a = { 50 45 } private condition: #a > 0 }
rule hx_same_as_text { strings: $a = { 66 6F 78 } $b = "fox" condition: $a and $b }
