/* yara.md 3.2: jumps that are greedy in regexes and not in hex strings, side by side. */
rule hb_hex { strings: $a = { 62 65 67 69 6E [0-30] 65 6E 64 } condition: $a }
rule hb_regex_greedy { strings: $a = /begin.{0,30}end/ condition: $a }
rule hb_regex_lazy { strings: $a = /begin.{0,30}?end/ condition: $a }
