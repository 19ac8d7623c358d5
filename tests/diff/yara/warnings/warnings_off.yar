//: -w
rule a { strings: $a = "a" condition: $a }
