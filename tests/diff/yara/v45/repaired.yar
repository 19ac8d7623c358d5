/* What YARA 4.2.3 gets wrong or refuses and 4.5 does not (found by running 4.2.3). */
rule rp_count_in { strings: $a = "gamma" condition: #a in (1..12) == 2 }
rule rp_count_in_none { strings: $a = "gamma" condition: #a in (1..5) == 0 and #a > 1 }
rule rp_count_in_alone { strings: $a = "alpha" condition: #a in (17..28) == 2 }
rule rp_min_by_minus_one { condition: not defined ((1 << 63) \ (98 - filesize)) and filesize == 99 }
rule rp_min_mod_minus_one { condition: not defined ((1 << 63) % (98 - filesize)) and filesize == 99 }
rule rp_unreferenced { strings: $_a = "alpha" condition: filesize == 99 }
rule rp_unreferenced_shown { strings: $_a = "beta" $b = "alpha" condition: $b }
rule rp_repeat_spaces { strings: $a = /ab{1, 2}c/ condition: $a }
rule rp_repeat_spaces_before { strings: $a = /ab{3 ,4}c/ condition: $a }
