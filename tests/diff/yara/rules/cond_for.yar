/* yara.md 4: for, over strings and over values. */
rule fo_any_count { strings: $a = "alpha" $b = "beta" condition: for any of them : ( # > 1 ) }
rule fo_all_count { strings: $a = "alpha" $b = "beta" condition: for all of them : ( # > 1 ) }
rule fo_none_count { strings: $a = "alpha" $b = "beta" condition: for none of them : ( # > 1 ) and filesize < 20 }
rule fo_two { strings: $a = "alpha" $b = "beta" $c = "gamma" condition: for 2 of them : ( $ ) }
rule fo_at { strings: $a = "alpha" $b = "beta" condition: for any of ($a, $b) : ( $ at 4 ) }
rule fo_in { strings: $a = "alpha" $b = "beta" condition: for all of ($*) : ( $ in (0..20) ) }
rule fo_offset { strings: $a = "alpha" $b = "beta" condition: for any of them : ( @ > 50 ) }
rule fo_offset_index { strings: $a = "alpha" $b = "beta" condition: for any of them : ( @[2] > 10 ) }
rule fo_length { strings: $a = "alpha" $b = "beta" condition: for any of them : ( ! == 4 ) }
rule fo_length_index { strings: $a = /al.*/ $b = "beta" condition: for any of them : ( ![1] > 10 ) }
rule fo_expression { strings: $a = "alpha" $b = "beta" condition: for #a of them : ( # == 1 ) }
rule fo_range { strings: $a = "alpha" condition: for any i in (1..#a) : ( @a[i] == 17 ) }
rule fo_range_all { strings: $a = "aa" condition: for all i in (1..3) : ( @a[i] == i - 1 ) }
rule fo_range_two { strings: $a = "alpha" condition: for 2 i in (1..#a) : ( @a[i] > 10 ) }
rule fo_range_none { strings: $a = "alpha" condition: for none i in (1..#a) : ( @a[i] > 10 ) and $a }
rule fo_range_one { condition: for any i in (99..99) : ( i == filesize ) }
rule fo_range_big { condition: for any i in (0..5000) : ( i == filesize ) }
rule fo_list { condition: for any i in (1, 3, 99, 7) : ( i == filesize ) }
rule fo_list_one { condition: for all i in (99) : ( i == filesize ) }
rule fo_list_expressions { condition: for any i in (filesize, filesize + 1) : ( i == 100 ) }
rule fo_nested { condition: for any i in (1..3) : ( for any j in (32, 33) : ( i * j == filesize ) ) }
rule fo_nested_outer { condition: for all i in (1..2) : ( for any j in (i..i + 2) : ( j == 3 ) ) and filesize == 99 }
rule fo_nested_four { condition: for any a in (1..2) : ( for any b in (1..2) : ( for any c in (1..2) : ( for any d in (96, 97) : ( a + b + d - c == filesize ) ) ) ) }
rule fo_of_in_range { strings: $a = "alpha" $b = "beta" condition: for any i in (0..64) : ( any of them in (i..i) and i > 0 ) }
rule fo_range_in_of { strings: $a = "alpha" $b = "beta" condition: for any of them : ( for any i in (0..70) : ( @ == i and i > 60 ) ) }
rule fo_bytes { condition: for all i in (0..filesize - 1) : ( uint8(i) == 0x61 ) and filesize > 0 }
rule fo_empty_range_all_never { strings: $a = "alpha" condition: for all i in (1..#a - #a) : ( true ) }
rule fo_empty_range_none { strings: $a = "alpha" condition: not for any i in (1..#a) : ( true ) and filesize == 99 }
rule fo_undefined_bound { condition: not for all i in (0..uint32(filesize)) : ( true ) and filesize == 99 }
rule fo_undefined_body { condition: for all i in (0..3) : ( uint8(filesize + i) == 0 ) or filesize == 99 }
rule fo_same_name_twice { condition: for any i in (1..2) : ( i == 1 ) and for any i in (99, 98) : ( i == filesize ) }
rule fo_quantifier_count { strings: $a = "alpha" condition: for #a i in (1..3) : ( i > 0 ) and $a }
rule fo_all_any_mix { strings: $a = "ab" condition: for all i in (2..#a) : ( @a[i] - @a[i - 1] == 2 ) and #a > 2 }
