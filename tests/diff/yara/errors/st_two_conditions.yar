rule r { condition: true condition: true }
