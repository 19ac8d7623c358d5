rule r { meta: all = 1 condition: true }
