rule r : 1and1 { condition: true }
