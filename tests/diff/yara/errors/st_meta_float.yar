rule r { meta: x = 1.5 condition: true }
