/* yara.md 3.1: text strings without modifiers, nocase, ascii. */
rule tx_abc { strings: $a = "abc" condition: $a }
rule tx_one_byte { strings: $a = "q" condition: $a }
rule tx_two_bytes { strings: $a = "ab" condition: $a }
rule tx_overlap { strings: $a = "aa" condition: $a }
rule tx_overlap_four { strings: $a = "aaaa" condition: $a }
rule tx_zero_run { strings: $a = "\x00\x00\x00\x00\x00" condition: $a }
rule tx_all_same_start { strings: $a = "abc" $b = "abcd" $c = "ab" condition: any of them }
rule tx_long { strings: $a = "quick brown fox jumps over the lazy dog" condition: $a }
rule tx_long_miss_never { strings: $a = "quick brown fox jumps over the lazy dOg" condition: $a }
rule tx_with_zero { strings: $a = "\x00PE\x00" condition: $a }
rule tx_high { strings: $a = "\xfd\xfe\xff" condition: $a }
rule tx_nocase { strings: $a = "abc" nocase condition: $a }
rule tx_nocase_upper { strings: $a = "QUICK" nocase condition: $a }
rule tx_nocase_digits { strings: $a = "192.168" nocase condition: $a }
rule tx_nocase_high { strings: $a = "CAF\xe9" nocase condition: $a }
rule tx_nocase_edge { strings: $a = "[B]" nocase condition: $a }
rule tx_nocase_at_sign { strings: $a = "A@EXAMPLE" nocase condition: $a }
rule tx_nocase_long { strings: $a = "the QUICK brown FOX jumps" nocase condition: $a }
rule tx_ascii { strings: $a = "fox" ascii condition: $a }
rule tx_ascii_nocase { strings: $a = "FOX" ascii nocase condition: $a }
rule tx_same_twice { strings: $a = "fox" $b = "fox" condition: $a and $b }
rule tx_prefix_of_file { strings: $a = "The quick" condition: $a at 0 }
rule tx_end_of_file { strings: $a = "without end" condition: $a at filesize - 11 }
rule tx_vector_ends { strings: $a = "abc" condition: $a at 13 or $a at 45 }
