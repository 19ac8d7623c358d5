/* yara.md 3.1: xor with all keys, one key, a range; with ascii, wide, fullword, private. */
rule xo_all { strings: $a = "hidden text" xor condition: $a }
rule xo_plain_too { strings: $a = "hidden text" xor condition: #a == 8 }
rule xo_zero_key { strings: $a = "hidden" xor(0) condition: $a }
rule xo_one_key { strings: $a = "hidden" xor(5) condition: $a }
rule xo_hex_key { strings: $a = "hidden" xor(0x80) condition: $a }
rule xo_last_key { strings: $a = "hidden" xor(255) condition: $a }
rule xo_range { strings: $a = "hidden" xor(2-4) condition: $a }
rule xo_range_one { strings: $a = "hidden" xor(0x55-0x55) condition: $a }
rule xo_range_high { strings: $a = "hidden" xor(0x7f-0xff) condition: $a }
rule xo_range_all { strings: $a = "hidden" xor(0-255) condition: $a }
rule xo_no_zero { strings: $a = "hidden" xor(1-255) condition: $a }
rule xo_wide { strings: $a = "hidden" xor wide condition: $a }
rule xo_wide_key { strings: $a = "hidden" wide xor(0x41) condition: $a }
rule xo_wide_ascii { strings: $a = "hidden" wide ascii xor condition: $a }
rule xo_wide_ascii_range { strings: $a = "hidden" wide ascii xor(1-0x50) condition: $a }
rule xo_ascii { strings: $a = "hidden" ascii xor(1) condition: $a }
rule xo_wide_fullword { strings: $a = "hidden" wide fullword xor(0-1) condition: $a }
rule xo_short { strings: $a = "ab" xor(1-255) condition: $a }
rule xo_short_key { strings: $a = "ab" xor(0xaa) condition: $a }
rule xo_three { strings: $a = "abc" xor(0x40) condition: $a }
rule xo_four { strings: $a = "text" xor condition: $a }
rule xo_one_byte { strings: $a = "h" xor(1-7) condition: $a }
rule xo_with_zero { strings: $a = "n\x00t" xor(0-1) condition: $a }
rule xo_edge { strings: $a = "hidden text" xor condition: $a at 0 and filesize == 11 }
rule xo_same_bytes { strings: $a = "aaaa" xor condition: #a > 3 and filesize < 300 }
rule xo_private { strings: $a = "hidden" xor private condition: #a == 6 }
