import ""
rule r { condition: true }
