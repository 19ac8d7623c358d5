rule before { condition: true }
include "inc/faulty.inc"
rule after { condition: true }
