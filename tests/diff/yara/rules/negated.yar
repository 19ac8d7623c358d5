/* yara.md 7: -n prints the rules that do not match. */
//: -n
rule ng_abc { strings: $a = "abc" condition: $a }
private rule ng_private { condition: filesize == 99 }
rule ng_size { condition: filesize > 50 }
