rule a { condition: 1 + }
rule b { condition: true }
rule c { condition: a }
