/* yara.md 4: at, in, counts, offsets, lengths; undefined when there is no such match. */
rule cp_at_zero { strings: $a = "abc" condition: $a at 0 }
rule cp_at_nine { strings: $a = "abcd" condition: $a at 8 }
rule cp_at_expression { strings: $a = "abc" condition: $a at filesize - 3 }
rule cp_at_negative_run { strings: $a = "abc" condition: $a at filesize - 1000 or filesize == 3 }
rule cp_at_hex { strings: $a = { 50 45 } condition: $a at uint32(0x3C) }
rule cp_at_other { strings: $a = "[A]" $b = "[B]" condition: $b at @a + 7 }
rule cp_in { strings: $a = "beta" condition: $a in (0..10) }
rule cp_in_end { strings: $a = "beta" condition: $a in (6..6) }
rule cp_in_outside { strings: $a = "beta" condition: $a in (100..200) }
rule cp_in_expression { strings: $a = "alpha" condition: $a in (filesize - 5..filesize) }
rule cp_in_other { strings: $a = "[A]" $b = "[B]" $c = "[C]" condition: $c in (@a[2]..@b[2]) }
rule cp_count { strings: $a = "alpha" condition: #a == 3 }
rule cp_count_zero { strings: $a = "alpha" condition: #a == 0 and filesize == 99 }
rule cp_count_overlap { strings: $a = "aa" condition: #a == 7 }
rule cp_count_in { strings: $a = "alpha" condition: #a in (0..20) == 2 }
rule cp_count_in_all { strings: $a = "gamma" condition: #a in (0..filesize) == 4 }
rule cp_offset { strings: $a = "alpha" condition: @a == 0 }
rule cp_offset_one { strings: $a = "alpha" condition: @a[1] == 64 }
rule cp_offset_two { strings: $a = "alpha" condition: @a[2] == 17 }
rule cp_offset_last { strings: $a = "alpha" condition: @a[#a] == 28 }
rule cp_offset_zero_undefined { strings: $a = "alpha" condition: not defined @a[0] and #a > 1 }
rule cp_offset_over { strings: $a = "alpha" condition: not defined @a[4] and #a > 1 }
rule cp_offset_over_compare_never { strings: $a = "alpha" condition: @a[400] >= 0 or @a[400] < 0 }
rule cp_offset_none { strings: $a = "alpha" condition: not defined @a and filesize == 99 }
rule cp_length { strings: $a = /ab+/ condition: !a == 5 }
rule cp_length_two { strings: $a = /ab+/ condition: !a[2] == 2 }
rule cp_length_text { strings: $a = "alpha" condition: !a == 5 }
rule cp_length_wide { strings: $a = "fox" ascii wide condition: !a[1] == 3 and !a[2] == 6 }
rule cp_length_none { strings: $a = "alpha" condition: not defined !a and filesize == 99 }
rule cp_length_sum { strings: $a = "alpha" $b = "beta" condition: @a + !a + 64 == @b }
rule cp_distance { strings: $a = "[A]" $b = "[B]" condition: @b[2] - @a[2] >= 8 }
rule cp_compare_offsets { strings: $a = "alpha" $b = "beta" condition: @a < @b }
rule cp_order_of_matches { strings: $a = /a./ condition: @a[1] < @a[2] and filesize < 100 }
rule cp_at_undefined { strings: $a = "alpha" condition: not ($a at uint32(filesize)) and filesize == 99 }
rule cp_in_undefined_not_never { strings: $a = "alpha" condition: not ($a in (0..uint32(filesize))) }
rule cp_in_undefined { strings: $a = "alpha" condition: $a in (0..uint32(filesize)) or $a at 0 }
