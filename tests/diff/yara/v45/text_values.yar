/* yara.md 4: texts in for, module functions on them (YARA 4.3-4.5). */
import "math"
import "string"
rule tv_any { condition: for any s in ("x", "y") : ( s == "y" ) and filesize == 99 }
rule tv_all { condition: for all s in ("foo", "food") : ( s startswith "foo" ) and filesize == 99 }
rule tv_none { condition: for none s in ("foo", "bar") : ( s contains "z" ) and filesize == 99 }
rule tv_two { condition: for 2 s in ("a1", "b2", "c") : ( s matches /[0-9]/ ) and filesize == 99 }
rule tv_one { condition: for any s in ("abc") : ( s iequals "ABC" ) and filesize == 99 }
rule tv_nested { condition: for any s in ("1", "99") : ( for any i in (98..99) : ( string.to_int(s) == i and i == filesize ) ) }
rule tv_to_int { condition: string.to_int("1234") == 1234 and string.to_int("-10") == -10 and filesize == 99 }
rule tv_to_int_hex { condition: string.to_int("0x10") == 16 and filesize == 99 }
rule tv_to_int_octal { condition: string.to_int("011") == 9 and filesize == 99 }
rule tv_to_int_base { condition: string.to_int("11", 2) == 3 and string.to_int("ff", 16) == 255 and filesize == 99 }
rule tv_to_int_bad { condition: not defined string.to_int("12x") and filesize == 99 }
rule tv_length { condition: string.length("abc") == 3 and string.length("") == 0 and filesize == 99 }
rule tv_length_zero { condition: string.length("a\x00b") == 3 and filesize == 99 }
rule tv_to_string { condition: math.to_string(42) == "42" and math.to_string(-1) == "-1" and filesize == 99 }
rule tv_to_string_base { condition: math.to_string(255, 16) == "ff" and math.to_string(8, 8) == "10" and filesize == 99 }
