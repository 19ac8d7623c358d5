/* yara.md 2, global rule decided by strings, defined after the rules that it guards. */
rule gs_before { strings: $a = "brown" condition: $a }
rule gs_always { condition: true }
global rule gs_fox { strings: $a = "fox" nocase condition: #a > 1 }
rule gs_after { strings: $a = "dog" condition: $a }
rule gs_not { condition: not gs_after }
