rule r { condition: true }
rule s { condition: true }
rule r { condition: false }
rule s { condition: true }
