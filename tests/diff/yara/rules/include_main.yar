/* yara.md 2, include: relative to the folder of the including file; same namespace. */
include "inc/first.inc"
rule in_main { condition: in_first or in_second }
include "inc/deeper/third.inc"
rule in_main_2 { condition: in_third and not in_second }
