//: -d ext=1
rule ext { condition: true }
