# what structs, arrays, dictionaries, functions and undefined values mean: every rule holds
. "$here/setup.inc"

echo 'import "tests" rule r { condition: true }' >c.yar
echo x >f
"$candor" yara c.yar f >/dev/null 2>&1 || exit 77 # a release has no such module
printf 'what the module was given' >given
cat >c.yar <<'R'
import "tests"

rule constant { condition: tests.constants.one == 1 and tests.constants.one + 1 == tests.constants.two }
rule constant_text { condition: tests.constants.foo == "foo" and tests.constants.empty == "" }
rule constant_empty_is_false { condition: not (tests.constants.empty) and defined tests.constants.empty }
rule data { condition: tests.module_data == "what the module was given" }
rule data_matches { condition: tests.module_data matches /^what .* given$/ }

rule undefined_int { condition: not defined tests.undefined.i }
rule undefined_float { condition: not defined tests.undefined.f }
rule undefined_compared { condition: not defined (tests.undefined.i == 0) and not defined (tests.undefined.i != 0) }
rule undefined_in_sums { condition: not defined (tests.undefined.i + 1) and not defined (tests.undefined.f * 2.0) }
rule undefined_and { condition: not (tests.undefined.i == 1 and true) }
rule undefined_or { condition: tests.undefined.i == 1 or true }
rule undefined_or_other_way { condition: true or tests.undefined.i == 1 }
rule undefined_not { condition: not defined (not tests.undefined.i) }
rule undefined_as_argument { condition: not defined tests.isum(tests.undefined.i, 1) }
rule undefined_as_index { condition: not defined tests.integer_array[tests.undefined.i] }
rule undefined_as_bound { condition: not (for any i in (0..tests.undefined.i) : (true)) }
rule undefined_in_loop { condition: for any i in (0, 1) : (tests.undefined.i == 1 or i == 1) }

rule array { condition: tests.integer_array[0] == 0 and tests.integer_array[2] == 2 }
rule array_computed { condition: tests.integer_array[tests.constants.one + 1] == 2 }
rule array_of_its_own { condition: tests.integer_array[tests.integer_array[1]] == 1 }
rule array_hole { condition: not defined tests.integer_array[3] }
rule array_behind_the_hole { condition: tests.integer_array[4] == -7 }
rule array_behind_the_end { condition: not defined tests.integer_array[7] and not defined tests.integer_array[100000] }
rule array_before_the_start { condition: not defined tests.integer_array[-1] }
rule array_extremes { condition: tests.integer_array[5] == 0x7fffffffffffffff and tests.integer_array[6] < tests.integer_array[4] }
rule array_loop { condition: for any x in tests.integer_array : (x == -7) }
rule array_loop_all { condition: for all x in tests.integer_array : (x < 3 or x == 0x7fffffffffffffff or not defined x) }
rule array_loop_count { condition: for 2 x in tests.integer_array : (x == 1 or x == 2) }
rule array_loop_none { condition: for none x in tests.integer_array : (x == 77) }

rule texts { condition: tests.string_array[0] == "foo" and tests.string_array[1] == "bar" }
rule text_empty { condition: tests.string_array[2] == "" and not defined tests.string_array[3] }
rule text_with_zero { condition: tests.string_array[4] == "foo\x00bar" and tests.length(tests.string_array[4]) == 7 }
rule text_contains { condition: tests.string_array[4] contains "\x00b" and tests.string_array[4] endswith "bar" and tests.string_array[4] startswith "foo" }
rule text_without_case { condition: "FOO" icontains tests.string_array[0] and "Bar" iequals tests.string_array[1] }
rule text_order { condition: tests.string_array[1] < tests.string_array[0] and tests.string_array[2] < tests.string_array[1] }
rule text_loop { condition: for any s in tests.string_array : (s == "bar") }
rule text_of_nothing { condition: not defined (tests.string_array[3] contains "x") and not defined (tests.string_array[3] == "") }

rule structs { condition: tests.struct_array[0].i == 1 and tests.struct_array[0].s == "one" }
rule struct_undefined { condition: not defined tests.struct_array[1].i and not defined tests.struct_array[1].s }
rule struct_half { condition: tests.struct_array[2].i == 3 and not defined tests.struct_array[2].s }
rule struct_outside { condition: not defined tests.struct_array[3].i }
rule struct_loop { condition: for any p in tests.struct_array : (p.i == 3 and not defined p.s) }
rule struct_loop_all { condition: not (for all p in tests.struct_array : (p.i > 0)) }
rule loop_in_loop { condition: for any p in tests.struct_array : (for any x in tests.integer_array : (p.i + x == 5)) }

rule dict { condition: tests.integer_dict["foo"] == 1 and tests.integer_dict["bar"] == 2 }
rule dict_undefined { condition: not defined tests.integer_dict["nothing"] and not defined tests.integer_dict["none"] }
rule dict_case { condition: not defined tests.integer_dict["Foo"] }
rule dict_computed { condition: tests.integer_dict[tests.constants.foo] == 1 and tests.integer_dict[tests.foobar(2)] == 2 }
rule dict_texts { condition: tests.string_dict["foo"] == "foo" and tests.string_dict["bar"] == "" }
rule dict_structs { condition: tests.struct_dict["foo"].i == 1 and tests.struct_dict["foo"].s == "foo" }
rule dict_empty_key { condition: tests.struct_dict[""].i == 2 }
rule dict_loop { condition: for any k, v in tests.integer_dict : (k == "bar" and v == 2) }
rule dict_loop_undefined { condition: for 1 k, v in tests.integer_dict : (not defined v) }
rule dict_loop_struct { condition: for all k, v in tests.struct_dict : (v.i > 0) }

rule empty_array { condition: not defined tests.empty_struct_array[0].struct_array[0].unused and not defined tests.empty_struct_array[0].struct_dict["foo"].unused }
rule empty_dict { condition: not defined tests.empty_struct_dict["foo"].unused }
rule empty_loops { condition: not (for any a in tests.empty_struct_array : (true)) and not (for any k, v in tests.empty_struct_dict : (true)) }

rule function { condition: tests.isum(1, 2) == 3 and tests.isum(1, 2, 3) == 6 }
rule function_float { condition: tests.fsum(1.5, 2.5) == 4.0 and tests.fsum(1.0, 2.0, 3.5) == 6.5 }
rule function_wraps { condition: tests.isum(0x7fffffffffffffff, 1) == tests.integer_array[6] }
rule function_of_function { condition: tests.isum(tests.isum(1, 2), tests.length("four")) == 7 }
rule function_text { condition: tests.empty() == "" and tests.length(tests.empty()) == 0 }
rule function_undefined { condition: tests.foobar(1) == "foo" and not defined tests.foobar(3) and not defined tests.foobar(-1) }
rule function_regex { condition: tests.match(/ba./, "foobar") == 1 and tests.match(/^ba./, "foobar") == 0 }
rule function_regex_case { condition: tests.match(/FOO/i, tests.string_array[0]) == 1 and tests.match(/FOO/, "foo") == 0 }
rule function_in_loop { condition: for 2 i in (0..4) : (tests.foobar(i) == "foo" or tests.foobar(i) == "bar") }
R
grep -c '^rule' c.yar
"$candor" yara -x tests=given c.yar f | wc -l
echo "-- of these none"
"$candor" yara -n -x tests=given c.yar f
"$candor" compile -o c.cdr c.yar && "$candor" scan -q -r c.cdr -x tests=given f | wc -l
echo "-- and what has not the right type"
for c in 'tests.integer_array' 'tests.struct_array[0]' 'tests.constants' 'tests.nothing' 'tests.isum(1)' \
	'tests.isum(1, "2")' 'tests.integer_array["foo"]' 'tests.integer_dict[0]' 'tests.length(1)' \
	'tests.constants.one.two' 'tests.match("a", "a")' 'tests.empty'; do
	echo "import \"tests\" rule r { condition: $c }" >e.yar
	"$candor" yara e.yar f 2>&1
done
"$candor" dump f | grep -c tests
