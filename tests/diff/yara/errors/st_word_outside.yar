hello
rule r { condition: true }
