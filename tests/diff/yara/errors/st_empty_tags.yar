rule r : { condition: true }
