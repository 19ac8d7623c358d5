rule all { condition: true }
