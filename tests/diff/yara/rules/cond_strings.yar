/* yara.md 4: operators on strings of bytes. */
rule cs_contains { condition: "foobar" contains "oba" and filesize == 99 }
rule cs_contains_not { condition: not ("foobar" contains "OBA") and filesize == 99 }
rule cs_contains_empty { condition: "foobar" contains "" and filesize == 99 }
rule cs_icontains { condition: "foobar" icontains "OBA" and filesize == 99 }
rule cs_startswith { condition: "foobar" startswith "foo" and filesize == 99 }
rule cs_startswith_not { condition: not ("foobar" startswith "bar") and filesize == 99 }
rule cs_istartswith { condition: "foobar" istartswith "FOO" and filesize == 99 }
rule cs_endswith { condition: "foobar" endswith "bar" and filesize == 99 }
rule cs_endswith_not { condition: not ("foobar" endswith "foo") and filesize == 99 }
rule cs_iendswith { condition: "foobar" iendswith "BAR" and filesize == 99 }
rule cs_iequals { condition: "foobar" iequals "FOOBAR" and filesize == 99 }
rule cs_iequals_not { condition: not ("foobar" iequals "FOOBA") and filesize == 99 }
rule cs_equal { condition: "abc" == "abc" and "abc" != "abd" and filesize == 99 }
rule cs_order { condition: "abc" < "abd" and "abd" > "abc" and "abc" <= "abc" and "abc" >= "abc" and filesize == 99 }
rule cs_order_prefix { condition: "ab" < "abc" and "" < "a" and filesize == 99 }
rule cs_order_zero { condition: "a\x00b" > "a" and filesize == 99 }
/* Bytes are compared as signed. */
rule cs_order_high { condition: "\xff" < "a" and "\x80" < "\x7f" and filesize == 99 }
rule cs_longer_needle { condition: not ("ab" contains "abc") and not ("ab" endswith "xab") and filesize == 99 }
rule cs_boolean { condition: "x" and filesize == 99 }
rule cs_boolean_empty_never { condition: "" }
rule cs_high_icontains { condition: not ("CAF\xc9" icontains "f\xe9") and filesize == 99 }
