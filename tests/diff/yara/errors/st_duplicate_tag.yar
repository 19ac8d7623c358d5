rule r : a b
 a { condition: true }
