rule café { condition: true }
