rule r { condition: true strings: $a = "a" }
