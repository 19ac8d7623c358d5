rule a { condition: nothing }
rule b { condition: nothing_else }
rule c { condition: true }
