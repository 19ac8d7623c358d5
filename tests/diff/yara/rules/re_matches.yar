/* yara.md 3.3 and 4: the operator `matches`: unanchored search, flags, mixed greediness. */
rule rm_plain { condition: "foobar" matches /oba/ and filesize == 99 }
rule rm_not { condition: not ("foobar" matches /xyz/) and filesize == 99 }
rule rm_start { condition: "foobar" matches /^foo/ and filesize == 99 }
rule rm_start_not { condition: not ("foobar" matches /^bar/) and filesize == 99 }
rule rm_end { condition: "foobar" matches /bar$/ and filesize == 99 }
rule rm_whole { condition: "foobar" matches /^fo+b[ar]+$/ and filesize == 99 }
rule rm_nocase { condition: "FooBar" matches /foobar/i and filesize == 99 }
rule rm_dot { condition: not ("a\nb" matches /a.b/) and filesize == 99 }
rule rm_dot_s { condition: "a\nb" matches /a.b/s and filesize == 99 }
rule rm_mixed { condition: "aaabbb" matches /a+?b*$/ and filesize == 99 }
rule rm_word { condition: "one two" matches /\btwo\b/ and filesize == 99 }
rule rm_empty_never { condition: "" matches /^$/ and filesize == 99 }
rule rm_empty_any_never { condition: "" matches /x*/ and filesize == 99 }
rule rm_precedence { condition: not "abc" matches /x/ and filesize == 99 }
rule rm_zero_bytes { condition: "a\x00b" matches /a\x00b/ and filesize == 99 }
rule rm_loop { condition: for any i in (1..2) : ("x1y2" matches /[0-9]/ and i == filesize) }
