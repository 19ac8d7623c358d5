//: -d ext=text
rule r { condition: ext + 1 == 2 }
