rule r { meta: x = condition: true }
