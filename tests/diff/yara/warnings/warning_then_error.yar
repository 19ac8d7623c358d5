rule a { strings: $a = "a" condition: $a }
rule b { condition: nothing }
