rule inc_bad { condition:

 foo }
rule inc_b { condition: true }
