rule r { strings: $a = 5 condition: $a }
