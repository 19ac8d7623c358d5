/* yara.md 1: lexical rules. */
// identifiers: letters, digits, underscore, up to 128 characters
rule _ { condition: filesize == 0 }
rule _1 { condition: filesize == 1 }
rule aZ_09 { condition: filesize == 2 }
rule x234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567x { condition: filesize == 3 }
private rule _never_used { condition: filesize > 2 }
rule includes { condition: filesize == 3 and _never_used }
rule lex_keyword_prefix_rulex { strings: $atx = "abc" $condition_ = "fox" condition: $atx or $condition_ }
// comments, also inside
rule /* between */ lex_comment_between { condition: /* a */ filesize /* b * / c */ == 99 // the end
}
rule lex_comment_tricks { strings: $a = "/*" $b = "http://" // not a comment "
	$c = /a\/\*b/ /* real */ condition: any of them }
rule lex_slash_in_string { strings: $a = "https://192" condition: $a }
// integers: decimal, hexadecimal, octal, KB and MB
rule lex_decimal { condition: filesize == 1024 }
rule lex_hex { condition: filesize == 0x400 }
rule lex_hex_upper { condition: filesize == 0x3Ff }
rule lex_octal { condition: filesize == 0o2000 }
rule lex_octal_one { condition: filesize == 0o1 }
rule lex_kb { condition: filesize == 1KB }
rule lex_kb_less { condition: filesize < 1KB and filesize > 1000 }
rule lex_mb { condition: filesize < 1MB and filesize > 4KB }
rule lex_leading_zeros { condition: filesize == 00099 }
rule lex_max_int { condition: 9223372036854775807 > filesize and filesize == 100 }
rule lex_max_hex { condition: 0x7FFFFFFFFFFFFFFF == 9223372036854775807 and filesize == 101 }
// floats
rule lex_float { condition: filesize > 98.5 and filesize < 99.5 }
rule lex_float_zero { condition: filesize * 0.0 == 0.0 and filesize == 99 }
// text escapes
rule lex_escape_quote { strings: $a = "say \"hi\"" condition: $a }
rule lex_escape_backslash { strings: $a = "\\back\\slash\\" condition: $a }
rule lex_escape_tab { strings: $a = "tab\there" condition: $a }
rule lex_escape_newline { strings: $a = "line\nsecond" condition: $a }
rule lex_escape_return { strings: $a = "line\r\nthird" condition: $a }
rule lex_escape_hex { strings: $a = "\x00nu\x6c" condition: $a }
rule lex_escape_hex_case { strings: $a = "caf\xE9" $b = "caf\xe9" condition: $a and $b }
rule lex_escape_zero_byte { strings: $a = "\x00\x00\x00" condition: $a }
rule lex_escape_in_condition { condition: "a\x41\t\"" == "aA\x09\x22" and filesize == 99 }
// raw non-ASCII bytes in strings, metas and comments: Ã© Ã¼
rule lex_raw_bytes { meta: who = "Jörg ÿ" strings: $a = "Ã©" $b = "café" condition: any of them }
// layout: none at all, and too much of it
rule lex_dense{strings:$a="abc"$b="fox"condition:$a and not $b}
rule
	lex_sparse
	{
	strings
	:
	$a
	=
	"fox"
	condition
	:
	$a
	}
