rule a1 { condition: true }
rule b { condition: any of (a*) }
rule a2 { condition: true }
