rule a-b { condition: true }
