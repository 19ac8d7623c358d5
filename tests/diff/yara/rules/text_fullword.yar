/* yara.md 3.1: fullword: letters and digits are of a word, the underscore is not. */
rule fw_fox { strings: $a = "fox" fullword condition: $a }
rule fw_nocase { strings: $a = "FOX" fullword nocase condition: $a }
rule fw_abc { strings: $a = "abc" fullword condition: $a }
rule fw_not_a_word { strings: $a = "." fullword condition: $a }
rule fw_dots { strings: $a = ".fox" fullword condition: $a }
rule fw_with_space { strings: $a = "fox jumps" fullword condition: $a }
rule fw_space_first { strings: $a = " fox" fullword condition: $a }
rule fw_space_last { strings: $a = "fox " fullword condition: $a }
rule fw_underscore { strings: $a = "_fox_" fullword condition: $a }
rule fw_one { strings: $a = "a" fullword condition: $a }
rule fw_digit { strings: $a = "7" fullword condition: $a }
rule fw_high { strings: $a = "caf\xe9" fullword condition: $a }
rule fw_count { strings: $a = "abc" fullword condition: #a > 2 }
rule fw_aaaa { strings: $a = "aaaaaaaa" fullword condition: $a }
rule fw_xor { strings: $a = "hidden" fullword xor condition: $a }
rule fw_xor_range { strings: $a = "hidden" fullword xor(1-32) condition: $a }
rule fw_private { strings: $a = "fox" fullword private condition: #a == 1 }
