/* yara.md 4: Q of SET in all its forms. */
rule of_any { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: any of them }
rule of_all { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: all of them }
rule of_none { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: none of them and filesize < 20 }
rule of_one { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 1 of them }
rule of_two { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 2 of them }
rule of_too_many_never { strings: $a = "alpha" $b = "beta" condition: 3 of them }
rule of_expression { strings: $a = "alpha" $b = "beta" condition: #a - 1 of them }
rule of_expression_big { strings: $a = "alpha" $b = "beta" condition: filesize of them }
rule of_set { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: any of ($a, $c) and not $b }
rule of_wild { strings: $a1 = "alpha" $a2 = "beta" $b = "gamma" condition: all of ($a*) and not $b }
rule of_percent { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 50% of them }
rule of_percent_34 { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 34% of them }
rule of_percent_33 { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 33% of them }
rule of_percent_100 { strings: $a = "alpha" $b = "beta" condition: 100% of them }
rule of_percent_67 { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 67% of them }
rule of_percent_1 { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 1% of them }
rule of_percent_run { strings: $a = "alpha" $b = "beta" condition: (filesize)% of them and filesize < 101 }
rule of_in { strings: $a = "alpha" $b = "beta" condition: all of them in (0..20) }
rule of_in_any { strings: $a = "alpha" $b = "beta" condition: any of them in (60..70) }
rule of_in_none { strings: $a = "alpha" $b = "beta" condition: none of them in (0..10) and any of them }
rule of_in_set { strings: $a = "alpha" $b = "beta" condition: any of ($a, $b) in (4..6) }
rule of_in_two { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: 2 of them in (0..filesize \ 2) }
rule of_not { strings: $a = "alpha" $b = "beta" condition: not any of them and filesize < 20 }
rule of_both { strings: $a = "alpha" $b = "beta" condition: any of them and not all of them }
rule of_repeated_member { strings: $a = "alpha" $b = "beta" condition: 2 of ($a, $a, $b) }
