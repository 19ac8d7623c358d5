//: -d ext=1 -d ext=2
rule r { condition: ext == 1 }
