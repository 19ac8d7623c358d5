rule r { condition: true }

rule r { condition: false }
