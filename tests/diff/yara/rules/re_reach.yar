/* yara.md 3.3, limits: long matches that stay within 4096 bytes of the atom, both ways. */
rule rr_forward { strings: $a = /start[m]{200}stop/ condition: $a }
rule rr_forward_3000 { strings: $a = /start[m]+stop/ condition: $a }
rule rr_greedy_over_two { strings: $a = /start.+stop/ condition: $a }
rule rr_backward { strings: $a = /[m]{800,900}stop\n/ condition: $a }
rule rr_prefix_class { strings: $a = /[a-z]{5}\nstart/ condition: $a }
rule rr_prefix_star { strings: $a = /[a-z]*\nstart/ condition: #a > 0 }
rule rr_counts_1000 { strings: $a = /x{999}xy/ condition: $a }
rule rr_suffix { strings: $a = /yyyz{1,100}/ condition: $a }
rule rr_dot_s { strings: $a = /stop.start/s condition: $a }
