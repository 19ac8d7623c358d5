include "no_such_file.inc"
rule r { condition: true }
