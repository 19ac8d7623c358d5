rule r { meta: x = y condition: true }
