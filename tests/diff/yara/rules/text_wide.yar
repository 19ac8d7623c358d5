/* yara.md 3.1: wide, wide with ascii, wide with nocase and fullword. */
rule tw_wide { strings: $a = "fox" wide condition: $a }
rule tw_wide_abc { strings: $a = "abc" wide condition: $a }
rule tw_ascii_wide { strings: $a = "fox" ascii wide condition: $a }
rule tw_wide_ascii_order { strings: $a = "abc" wide ascii condition: $a }
rule tw_nocase { strings: $a = "FOX" wide nocase condition: $a }
rule tw_nocase_both { strings: $a = "FoX" ascii wide nocase condition: $a }
rule tw_fullword { strings: $a = "fox" wide fullword condition: $a }
rule tw_fullword_both { strings: $a = "fox" ascii wide fullword condition: $a }
rule tw_fullword_nocase { strings: $a = "FOX" ascii wide fullword nocase condition: $a }
rule tw_fullword_abc { strings: $a = "abc" wide fullword condition: $a }
rule tw_one { strings: $a = "x" wide condition: $a }
rule tw_one_both { strings: $a = "x" ascii wide condition: $a }
rule tw_zero_inside { strings: $a = "o\x00w" wide condition: $a }
rule tw_zeros { strings: $a = "\x00\x00" wide condition: $a }
rule tw_long { strings: $a = "two three" wide condition: $a }
rule tw_cut { strings: $a = "ox" wide condition: $a }
rule tw_at_odd { strings: $a = "fox" wide condition: $a at 1 }
rule tw_count_both { strings: $a = "fox" ascii wide condition: #a == 3 }
