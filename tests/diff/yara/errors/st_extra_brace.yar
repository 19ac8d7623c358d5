rule r { condition: true } }
