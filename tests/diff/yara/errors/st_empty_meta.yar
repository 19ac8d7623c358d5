rule r { meta: condition: true }
