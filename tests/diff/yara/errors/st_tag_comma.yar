rule r : a, b { condition: true }
