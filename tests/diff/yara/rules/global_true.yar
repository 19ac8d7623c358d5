/* yara.md 2, global rule: when it is false no rule of the namespace is reported. */
global rule gl_small { condition: filesize < 100 }
global global rule gl_twice { condition: filesize != 2 }
private global rule gl_hidden { condition: filesize > 0 }
rule gl_normal { strings: $a = "fox" condition: $a }
rule gl_reference { condition: gl_normal and gl_small }
rule gl_true { condition: true }
