rule r private { condition: true }
