/* yara.md 4: Q of SET at E, P% in for, 0 as none (YARA 4.3). */
rule oa_any { strings: $a = "alpha" $b = "beta" condition: any of them at 0 }
rule oa_any_other { strings: $a = "alpha" $b = "beta" condition: any of ($a, $b) at 4 }
rule oa_all { strings: $a = "alpha" $b = "al" condition: all of them at 0 }
rule oa_two { strings: $a = "alpha" $b = "al" $c = "beta" condition: 2 of them at 0 }
rule oa_none { strings: $a = "alpha" $b = "beta" condition: none of them at 0 and any of them }
rule oa_expression { strings: $a = "alpha" $b = "beta" condition: any of them at filesize - 4 }
rule oa_zero_of { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 0 of them and filesize < 9 }
rule oa_zero_for { strings: $a = "alpha" $b = "beta" condition: for 0 of them : ( # > 0 ) and filesize < 9 }
rule oa_percent_for { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: for 60% of them : ( # > 0 ) }
rule oa_percent_for_all { strings: $a = "alpha" $b = "beta" condition: for 100% of them : ( # > 1 ) }
