include "st_include_itself.yar"
rule r { condition: true }
