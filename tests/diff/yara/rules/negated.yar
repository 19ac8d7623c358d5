/* yara.md 7: -n prints the rules that do not match. */
//: -n
rule ng_abc { strings: $a = "abc" condition: $a }
private rule ng_private { condition: filesize == 99 }
rule ng_size { condition: filesize > 50 }
rule ng_found_but_false { strings: $a = "abc" $b = "fox" condition: $a and $b and filesize < 40 }
rule ng_counted { strings: $a = "a" condition: #a > 2 }
rule ng_not_found { strings: $a = "fox" $p = "the" private condition: not $a and not $p }
