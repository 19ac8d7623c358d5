public rule r { condition: true }
