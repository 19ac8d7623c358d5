rule r : all { condition: true }
