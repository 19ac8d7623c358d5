rule r { condition: ext == 1 }
