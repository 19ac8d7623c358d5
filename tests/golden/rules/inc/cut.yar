rule inc_cut { condition:
