
rule 1abc { condition: true }
