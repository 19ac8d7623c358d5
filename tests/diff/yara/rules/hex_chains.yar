/* yara.md 3.2, chaining: jumps over 200 split a string into parts that are searched alone. */
rule hc_200 { strings: $a = { 48 45 41 44 [0-200] 42 4F 44 59 } condition: $a }
rule hc_201 { strings: $a = { 48 45 41 44 [0-201] 42 4F 44 59 } condition: $a }
rule hc_exact_201 { strings: $a = { 48 45 41 44 [201] 42 4F 44 59 } condition: $a }
rule hc_from_201 { strings: $a = { 48 45 41 44 [201-] 42 4F 44 59 } condition: $a }
rule hc_from_202 { strings: $a = { 48 45 41 44 [202-] 42 4F 44 59 } condition: $a }
rule hc_open { strings: $a = { 48 45 41 44 [-] 42 4F 44 59 } condition: $a }
rule hc_open_three { strings: $a = { 48 45 41 44 [-] 42 4F 44 59 [-] 54 41 49 4C } condition: $a }
rule hc_three { strings: $a = { 48 45 41 44 [0-300] 42 4F 44 59 [0-300] 54 41 49 4C } condition: $a }
rule hc_far { strings: $a = { 48 45 41 44 [4000-6000] 42 4F 44 59 [500-900] 54 41 49 4C } condition: $a }
rule hc_far_tail { strings: $a = { 48 45 41 44 [4000-6000] 42 4F 44 59 [701-2000] 54 41 49 4C } condition: $a }
rule hc_wrong_order_never { strings: $a = { 48 45 41 44 [0-4000] 54 41 49 4C [0-9000] 42 4F 44 59 } condition: $a }
rule hc_mixed { strings: $a = { 48 45 41 44 [0-300] 42 [0-4] 59 [1-500] 54 ?? 49 4C } condition: $a }
rule hc_with_alternatives { strings: $a = { 48 45 ( 41 | 42 ) 44 [0-260] ( 42 4F | 54 41 ) [0-6000] 54 41 49 4C } condition: $a }
rule hc_ends_wild { strings: $a = { 48 45 41 44 [0-300] 42 4F ?? ?? } condition: $a }
rule hc_count { strings: $a = { 48 45 41 44 [0-600] 42 4F 44 59 } condition: #a == 2 }
rule hc_length { strings: $a = { 48 45 41 44 [-] 54 41 49 4C } condition: !a > 500 }
rule hc_at { strings: $a = { 48 45 41 44 [-] 54 41 49 4C } condition: $a at 0 }
rule hc_regex { strings: $a = /HEAD.{0,300}?BODY/ condition: $a }
rule hc_regex_far { strings: $a = /HEAD.{0,6000}?BODY/ condition: $a }
rule hc_regex_newline { strings: $a = /start.{0,4000}?stop/ condition: $a }
rule hc_regex_newline_s { strings: $a = /stop.{0,250}?start/s condition: $a }
rule hc_regex_class { strings: $a = /HEAD[-=]{0,300}?BODY/ condition: $a }
