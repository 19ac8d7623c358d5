\ rule r { condition: true }
