rule { condition: true }
