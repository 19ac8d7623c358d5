/* yara.md 3.3: wide regexes: every consumed character is followed by a zero. */
rule rw_literal { strings: $a = /fox/ wide condition: $a }
rule rw_both { strings: $a = /fox/ ascii wide condition: $a }
rule rw_nocase { strings: $a = /fox/ wide nocase condition: $a }
rule rw_class { strings: $a = /[a-z]{3}/ wide condition: $a }
rule rw_dot { strings: $a = /f.x/ wide condition: $a }
rule rw_dot_star { strings: $a = /two.*three/ wide condition: $a }
rule rw_dot_star_s { strings: $a = /one.*three/s wide condition: $a }
rule rw_newline { strings: $a = /one\ntwo/ wide condition: $a }
rule rw_space { strings: $a = /two\sthree\r\n/ wide condition: $a }
rule rw_digits { strings: $a = /\d+/ wide condition: $a }
rule rw_alternatives { strings: $a = /(one|two|four)/ wide condition: $a }
rule rw_lazy { strings: $a = /t.+?e/ wide condition: $a }
rule rw_negated { strings: $a = /f[^a]x/ wide condition: $a }
rule rw_both_class { strings: $a = /fo[xy]/ ascii wide condition: $a }
rule rw_both_nocase { strings: $a = /FO[XY]/ ascii wide nocase condition: $a }
rule rw_end_cut { strings: $a = /fox?/ wide condition: $a }
rule rw_private { strings: $a = /fox/ wide private condition: $a }
