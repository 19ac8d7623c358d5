rule inc_ok { condition: true }
