include "inc/slow.inc"
rule r { condition: slow }
