/* yara.md 2: sets of rules. A rule that is in its own set is false there. */
rule set_one { condition: filesize > 2 }
rule set_two { condition: filesize > 20 }
private rule set_three { strings: $a = "abc" condition: $a }
rule own_any_set { condition: any of (own_any*, set_two) }
rule own_all_set_never { condition: all of (own_all*, set_one) }
rule own_none_set { condition: none of (own_none_set) }
rule own_nothing { condition: none of (own_nothing*, set_three) }
rule own_half_set { condition: 50% of (own_half*, set_three) }
rule own_more_than_half_set_never { condition: 51% of (own_more*, set_one) }
rule own_two_set { condition: 2 of (own_two*, set_one, set_two) }
rule own_three_set_never { condition: 3 of (own_three*, set_one, set_two) }
rule own_counted_set { condition: (filesize - filesize + 2) of (own_counted*, set_one, set_three) }
rule counted_all_set_never { condition: (filesize - filesize + 3) of (counted_a*, set_one, set_three) }
rule own_not_set { condition: not any of (own_not*) and filesize > 5 }
rule own_name { condition: not own_name and filesize == 1 }
rule own_in_loop { condition: for any i in (1..filesize) : (own_in_loop or i > 30) }
rule twice_any { condition: any of (set_three, set_three) }
rule twice_two { condition: 2 of (set_two, set_two) }
rule twice_wild { condition: 3 of (set_t*, set_two) }
rule twice_percent { condition: 67% of (set_t*, set_two) }
rule of_private_none { condition: none of (set_three) and any of (set_o*) }
rule of_undefined { condition: uint32(filesize - 3) == 0 or filesize == 0 }
rule of_undefined_ref { condition: not of_undefined }
rule of_undefined_defined { condition: defined of_undefined and filesize < 4 }
