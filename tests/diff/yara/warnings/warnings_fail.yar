//: --fail-on-warnings
rule a { strings: $a = "a" condition: $a }
