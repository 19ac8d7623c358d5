include "inc/good.inc"
include "inc/good.inc"
rule r { condition: true }
