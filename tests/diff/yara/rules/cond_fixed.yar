/* A literal that is only asked for at one constant offset is kept there alone, as -s shows. */
rule cx_one { strings: $a = "abc" condition: $a at 0 }
rule cx_sum { strings: $a = "abc" condition: $a at 2 * (3 - 2) - -1 }
rule cx_bits { strings: $a = "abc" condition: $a at ~(~3 | 4) }
rule cx_and_count { strings: $a = "abc" condition: $a at 0 and #a > 0 }
rule cx_and_found { strings: $a = "abc" condition: $a at 0 and $a }
rule cx_and_set { strings: $a = "abc" condition: $a at 0 and any of them }
rule cx_and_length { strings: $a = "abc" condition: $a at 0 and !a == 3 }
rule cx_and_in { strings: $a = "abc" condition: $a at 0 and $a in (0..9) }
rule cx_same_twice { strings: $a = "abc" condition: $a at 3 or $a at 1 + 2 }
rule cx_two { strings: $a = "abc" condition: $a at 0 or $a at 3 }
rule cx_computed { strings: $a = "abc" condition: $a at filesize - 3 }
rule cx_not_needed { strings: $a = "abc" condition: true or $a at 5 }
rule cx_in_loop { strings: $a = "abc" condition: for any i in (1..2) : ( $a at 0 and i > 0 ) }
rule cx_loop_variable { strings: $a = "abc" condition: for any i in (0..3) : ( $a at i ) }
rule cx_other_at { strings: $a = "abc" $b = "ab" condition: $a at 0 and for any of ($b) : ( $ at 3 ) }
rule cx_other_same { strings: $a = "abc" $b = "ab" condition: $a at 3 and for any of ($b) : ( $ at 3 ) }
rule cx_other_found { strings: $a = "abc" $b = "ab" condition: $a at 0 and for any of ($b) : ( $ ) }
rule cx_other_count { strings: $a = "abc" $b = "ab" condition: $a at 0 and for any of ($b) : ( # > 0 ) }
rule cx_other_nothing { strings: $a = "abc" $b = "ab" condition: $a at 0 and for any of ($b) : ( true ) }
rule cx_nocase { strings: $a = "ABC" nocase wide ascii condition: $a at 0 }
rule cx_xor { strings: $a = "abc" xor condition: $a at 0 }
rule cx_fullword { strings: $a = "abc" fullword condition: $a at 0 or filesize < 50 }
rule cx_base64 { strings: $a = "abc" base64 condition: $a at 0 or filesize < 50 }
rule cx_re_literal { strings: $a = /abc/i condition: $a at 0 }
rule cx_re_dot { strings: $a = /ab./ condition: $a at 0 }
rule cx_re_group { strings: $a = /(abc)/ condition: $a at 0 }
rule cx_re_class { strings: $a = /[a]bc/ condition: $a at 0 }
rule cx_re_once { strings: $a = /a{1}bc/ condition: $a at 0 }
rule cx_re_end { strings: $a = /abc$/ condition: $a at 0 or filesize < 50 }
rule cx_re_chain { strings: $a = /ab.{0,300}?c/ condition: $a at 0 }
rule cx_hex { strings: $a = { 61 62 63 } condition: $a at 0 }
rule cx_hex_any { strings: $a = { 61 62 ?? } condition: $a at 0 }
rule cx_hex_group { strings: $a = { 61 ( 62 ) 63 } condition: $a at 0 }
rule cx_hex_jump { strings: $a = { 61 [0-0] 62 63 } condition: $a at 0 }
rule cx_hex_chain { strings: $a = { 61 62 [0-300] 6? } condition: $a at 0 }
rule cx_hex_chain_mask { strings: $a = { 61 6? [0-300] 63 } condition: $a at 0 }
