/* yara.md 7: -i prints one rule. */
//: -i id_this
rule id_this { strings: $a = "abc" condition: $a }
rule id_other { condition: true }
