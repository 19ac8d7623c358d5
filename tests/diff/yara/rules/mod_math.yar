/* yara.md 10: the math module, as far as YARA 4.2 has it. */
import "math"
rule mm_entropy_zero { condition: math.entropy(0, filesize) == 0.0 and filesize > 10 }
rule mm_entropy_one { condition: math.entropy(0, filesize) == 1.0 }
rule mm_entropy_high { condition: math.entropy(0, filesize) > 7.5 }
rule mm_entropy_part { condition: math.entropy(1, 2) == 1.0 and filesize == 3 }
rule mm_entropy_string { condition: math.entropy("AABB") == 1.0 and filesize == 99 }
rule mm_entropy_beyond { condition: not defined math.entropy(filesize + 1, 10) and filesize == 99 }
rule mm_entropy_clipped { condition: math.entropy(0, 100000) == 1.0 }
rule mm_mean { condition: math.mean(0, 3) == 98.0 }
rule mm_mean_string { condition: math.mean("ABC") == 66.0 and filesize == 99 }
rule mm_deviation { condition: math.deviation(0, filesize, math.MEAN_BYTES) < 65.0 and filesize > 1000 }
rule mm_deviation_string { condition: math.deviation("AC", 66.0) == 1.0 and filesize == 99 }
rule mm_serial { condition: math.serial_correlation(0, filesize) > 0.5 and filesize > 3 }
rule mm_pi { condition: math.monte_carlo_pi(0, filesize) < 0.1 and filesize > 1000 }
rule mm_in_range { condition: math.in_range(math.mean(0, filesize), 97.0, 98.5) }
rule mm_max { condition: math.max(1, filesize) == 1 and filesize > 0 }
rule mm_min { condition: math.min(100, filesize) == 99 }
rule mm_abs { condition: math.abs(98 - filesize) == 1 and filesize > 98 }
rule mm_to_number { condition: math.to_number(filesize == 99) == 1 }
rule mm_count { condition: math.count(0x61) == 8 }
rule mm_count_part { condition: math.count(0x61, 0, 4) == 4 }
rule mm_percentage { condition: math.percentage(0x61) > 0.7 }
rule mm_percentage_part { condition: math.percentage(0x61, 0, 2) == 0.5 }
rule mm_mode { condition: math.mode() == 0x6b }
rule mm_mode_part { condition: math.mode(0, 8) == 0x61 }
rule mm_empty { condition: filesize == 0 and not defined math.count(0x61) and not defined math.mode() and not defined math.percentage(0x61) }
