import "nothing"
rule r { condition: true }
