rule a { strings: $a = "a" condition: $a }
rule b { condition: true }

rule c { strings: $c = /fox.*x/ condition: $c }
