/* yara.md 2, externals: typed by their value on the command line. */
//: -d ex_int=99 -d ex_neg=-5 -d ex_float=2.5 -d ex_true=true -d ex_false=false -d ex_text=alpha -d ex_empty= -d ex_zero=0 -d ex_one=1
rule xt_int { condition: filesize == ex_int }
rule xt_arith { condition: filesize == ex_int + 1 }
rule xt_neg { condition: filesize + ex_neg == 95 }
rule xt_float { condition: ex_float * 2 == 5.0 and filesize == 99 }
rule xt_true { condition: ex_true and filesize == 99 }
rule xt_false_never { condition: ex_false }
rule xt_not_false { condition: not ex_false and filesize == 99 }
rule xt_text_contains { condition: ex_text contains "lph" and filesize == 99 }
rule xt_text_matches { condition: ex_text matches /^al.+a$/ and filesize == 99 }
rule xt_text_equal { condition: ex_text == "alpha" and filesize == 99 }
rule xt_text_less { condition: ex_text < "beta" and filesize == 99 }
rule xt_empty_equal { condition: ex_empty == "" and filesize == 99 }
rule xt_empty_boolean_never { condition: ex_empty }
rule xt_text_boolean { condition: ex_text and filesize == 99 }
rule xt_zero_boolean_never { condition: ex_zero }
rule xt_one_boolean { condition: ex_one and filesize == 99 }
rule xt_at { strings: $a = "abc" condition: $a at ex_zero }
rule xt_of { strings: $a = "abc" $b = "fox" condition: ex_one of them }
rule xt_loop { condition: for any i in (ex_zero..ex_one) : (i == filesize) }
rule xt_reader { condition: uint8(ex_zero) == 97 }
