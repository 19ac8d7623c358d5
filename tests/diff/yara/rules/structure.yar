/* yara.md 2: rule structure. */
rule st_smallest { condition: true }
rule st_false_never { condition: false }
rule st_tags : one two_2 THREE _4 { condition: filesize == 99 }
rule st_meta { meta: s = "text" i = 7 n = -7 h = 0x10 k = 2KB t = true f = false s = "again" e = "" condition: filesize == 99 }
rule st_meta_escape { meta: s = "a\"b\\c\td\x41" condition: filesize == 99 }
private rule st_hidden { condition: filesize == 100 }
rule st_uses_hidden { condition: st_hidden }
rule st_not_hidden { condition: not st_hidden and filesize < 102 }
rule st_self_reference { condition: st_self_reference or filesize == 101 }
rule st_chain_1 { condition: filesize > 10 }
rule st_chain_2 { condition: st_chain_1 and filesize < 1000 }
rule st_chain_3_never { condition: st_chain_2 and not st_chain_1 }
rule st_chain_4 { condition: st_chain_2 or st_chain_3_never }
rule st_anonymous { strings: $ = "abc" $ = "fox" $ = "dog" condition: 2 of them }
rule st_anonymous_for { strings: $ = "abc" $ = "fox" condition: for any of them : (# > 1) }
rule st_anonymous_set { strings: $ = "abc" $b = "fox" condition: any of ($*) }
rule st_set_prefix { strings: $a1 = "abc" $a2 = "fox" $b1 = "dog" condition: any of ($a*) and $b1 }
rule st_set_exact { strings: $a = "abc" $ab = "fox" $abc = "dog" condition: any of ($ab) or all of ($a, $abc) }
rule st_set_mixed { strings: $x1 = "alpha" $x2 = "beta" $y1 = "gamma" condition: 2 of ($x*, $y1) }
rule st_private_string { strings: $a = "fox" private $b = "dog" condition: $a and $b }
rule st_private_only { strings: $a = "abc" private condition: $a }
rule ru_a1 { strings: $a = "alpha" condition: $a }
rule ru_a2 { strings: $a = "beta" condition: $a }
rule ru_b1 { strings: $a = "gamma" condition: $a }
rule st_rules_any { condition: any of (ru_a1, ru_a2) }
rule st_rules_all { condition: all of (ru_a*) }
rule st_rules_two { condition: 2 of (ru_*) }
rule st_rules_none { condition: none of (ru_*) and filesize < 10 }
rule st_rules_percent { condition: 60% of (ru_*) }
rule st_rules_mixed { condition: 1 of (ru_b1, st_chain_1) and filesize < 100 }
import "math"
import "math"
rule st_import_twice { condition: math.entropy(0, filesize) > 7.0 }
