/* yara.md 4: intNN and uintNN, little and big endian; undefined outside the data. */
rule rd_uint8 { condition: uint8(0) == 0x61 }
rule rd_uint8_high { condition: uint8(1) == 254 }
rule rd_int8 { condition: int8(0) == -2 }
rule rd_int8_positive { condition: int8(0) == 0x4D }
rule rd_uint16 { condition: uint16(0) == 0x5A4D }
rule rd_uint16be { condition: uint16be(0) == 0x4D5A }
rule rd_int16 { condition: int16(2) == -300 }
rule rd_uint16_of_negative { condition: uint16(2) == 65236 }
rule rd_uint32 { condition: uint32(0) == 0x464C457F }
rule rd_uint32be { condition: uint32be(0) == 0x7F454C46 }
rule rd_int32 { condition: int32(6) == -70000 }
rule rd_uint32_of_negative { condition: uint32(6) == 4294897296 }
rule rd_int16be { condition: int16be(30) == -300 }
rule rd_uint16be_high { condition: uint16be(30) == 65236 }
rule rd_int32be { condition: int32be(34) == -70000 }
rule rd_uint32be_high { condition: uint32be(34) == 4294897296 }
rule rd_last_byte { condition: uint8(filesize - 1) == 0x63 }
rule rd_last_uint32 { condition: uint32be(filesize - 4) == 0x62657461 }
rule rd_over_by_one { condition: not defined uint32(filesize - 3) and filesize > 2 and filesize < 5 }
rule rd_uint16_short { condition: not defined uint16(0) }
rule rd_uint8_empty { condition: not defined uint8(0) }
rule rd_negative { condition: not defined uint8(-1) and filesize == 99 }
rule rd_negative_run { condition: not defined uint16(filesize - 100) and filesize == 99 }
rule rd_far { condition: not defined uint32(0x7FFFFFFFFFFFFFFF) and filesize == 99 }
rule rd_nested { condition: uint32(uint32(0x3C)) == 0x00004550 }
rule rd_nested_bad { condition: not defined uint32(uint32(0x3C)) and uint16(0) == 0x5A4D }
rule rd_arithmetic { condition: uint8(0) + uint8(1) + uint8(2) == 0x61 + 0x62 + 0x63 }
rule rd_masked { condition: uint8(0) & 0xF0 == 0x60 and filesize < 50 }
rule rd_three { condition: uint8(2) == 3 and filesize == 3 }
rule rd_in_at { strings: $a = "alpha" condition: $a at uint8(0) - 46 + 64 }
