rule r { strings: $a = "a" meta: x = 1 condition: $a }
