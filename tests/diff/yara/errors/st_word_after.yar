rule r { condition: true }
hello
