rule r { strings: condition: true }
