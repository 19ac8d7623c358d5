/* yara.md 4: precedence and operators; each rule is true for filesize 99 only if it binds right. */
rule co_mul_add { condition: 2 + 3 * 4 == 14 and filesize == 99 }
rule co_sub_left { condition: 10 - 3 - 2 == 5 and filesize == 99 }
rule co_div { condition: 7 \ 2 == 3 and filesize == 99 }
rule co_div_negative { condition: -7 \ 2 == -3 and filesize == 99 }
rule co_div_both_negative { condition: -7 \ -2 == 3 and filesize == 99 }
rule co_mod { condition: 7 % 3 == 1 and filesize == 99 }
rule co_mod_negative { condition: -7 % 3 == -1 and filesize == 99 }
rule co_mod_negative_right { condition: 7 % -3 == 1 and filesize == 99 }
rule co_left_assoc_mixed { condition: 100 \ 10 * 2 == 20 and filesize == 99 }
rule co_unary_minus { condition: -filesize == -99 and -3 + 5 == 2 }
rule co_unary_twice { condition: --3 == 3 and filesize == 99 }
rule co_complement { condition: ~0 == -1 and ~filesize == -100 }
rule co_shift { condition: 1 << 4 == 16 and 256 >> 4 == 16 and filesize == 99 }
rule co_shift_add { condition: 1 << 2 + 1 == 8 and filesize == 99 }
rule co_shift_63 { condition: 1 << 63 < 0 and filesize == 99 }
rule co_shift_64 { condition: 1 << 64 == 0 and filesize == 99 }
rule co_shift_right_64 { condition: -1 >> 64 == 0 and filesize == 99 }
rule co_shift_right_sign { condition: -16 >> 2 == -4 and filesize == 99 }
rule co_shift_run_time { condition: 1 << (filesize - 35) == 0 and filesize == 99 }
rule co_and_or { condition: 6 & 3 | 8 == 10 and filesize == 99 }
rule co_xor_between { condition: 1 | 2 ^ 6 & 3 == 1 and filesize == 99 }
rule co_xor { condition: (5 ^ 3) == 6 and filesize == 99 }
rule co_and_equal { condition: filesize & 3 == 3 and filesize == 99 }
rule co_compare { condition: 1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2 and filesize == 99 }
rule co_not_first { condition: not filesize == 99 and filesize == 100 }
rule co_and_before_or { condition: filesize == 99 or filesize == 100 and filesize == 1 }
rule co_parentheses { condition: (filesize == 99 or filesize == 100) and filesize > 99 }
rule co_not_not { condition: not not (filesize == 99) }
rule co_integer_boolean { condition: filesize and filesize < 2 }
rule co_integer_not { condition: not filesize }
rule co_wrap_add { condition: (0x7FFFFFFFFFFFFFFF - 98) + filesize < 0 }
rule co_wrap_mul { condition: filesize * 0x7FFFFFFFFFFFFFFF == 0x7FFFFFFFFFFFFFFF - 98 }
rule co_div_zero_run_never { condition: not (10 \ (filesize - 99) == 0) and filesize == 99 }
rule co_div_zero_defined { condition: not defined (10 \ (filesize - 99)) }
rule co_mod_zero_defined { condition: not defined (10 % (filesize - 99)) }
rule co_shift_negative_run { condition: not defined (1 << (98 - filesize)) and filesize > 98 and filesize < 102 }
rule co_float_add { condition: 1.5 + 1.5 == 3.0 and filesize == 99 }
rule co_float_mix { condition: filesize + 0.5 == 99.5 }
rule co_float_div { condition: 7.0 \ 2 == 3.5 and filesize == 99 }
rule co_float_equal_near { condition: 0.1 + 0.2 == 0.3 and filesize == 99 }
rule co_float_not_equal { condition: 0.1 + 0.2 != 0.4 and filesize == 99 }
rule co_float_compare { condition: 1.5 < 2 and 2 > 1.5 and 2.0 >= 2 and 2 <= 2.0 and filesize == 99 }
rule co_float_negative { condition: -1.5 < 0 and filesize == 99 }
rule co_float_boolean { condition: 0.5 and filesize == 99 }
rule co_float_zero_boolean_never { condition: 0.0 }
rule co_kb { condition: filesize > 1KB and filesize < 2KB }
