/* yara.md 4: undefined: and/or take it for false, not keeps it, operators hand it on. */
rule un_alone_never { condition: uint32(100000) == 0 }
rule un_not_never { condition: not (uint32(100000) == 0) and not defined uint32(100000) and false }
rule un_not_is_undefined { condition: not (uint32(100000) == 0) or filesize == 99 }
rule un_or { condition: uint32(100000) == 0 or filesize == 99 }
rule un_or_right { condition: filesize == 99 or uint32(100000) == 0 }
rule un_and_never { condition: uint32(100000) == 0 and filesize > 0 }
rule un_not_and { condition: not (uint32(100000) == 0 and filesize > 0) and filesize == 99 }
rule un_not_or { condition: not (uint32(100000) == 0 or filesize == 5) and filesize == 99 }
rule un_defined { condition: not defined uint32(100000) and filesize == 99 }
rule un_defined_true { condition: defined uint8(98) and filesize == 99 }
rule un_defined_sum { condition: not defined (1 + uint32(100000)) and filesize == 99 }
rule un_defined_compare { condition: not defined (uint32(100000) > 1) and filesize == 99 }
rule un_defined_boolean { condition: defined (uint32(100000) == 0 and true) and filesize == 99 }
rule un_defined_string { strings: $a = "alpha" condition: defined $a and filesize == 99 }
rule un_defined_offset { strings: $a = "alpha" condition: defined @a and #a > 1 }
rule un_minus { condition: not defined (-uint32(100000)) and filesize == 99 }
rule un_complement { condition: not defined (~uint32(100000)) and filesize == 99 }
rule un_count_index { strings: $a = "alpha" condition: not defined @a[uint32(100000)] and filesize == 99 }
rule un_not_equal { condition: not defined (uint32(100000) != 0) and filesize == 99 }
rule un_reference { condition: un_alone_never or filesize == 99 }
rule un_of_count { strings: $a = "alpha" condition: uint32(100000) of them or filesize == 99 }
rule un_not_of_count { strings: $a = "alpha" condition: not (uint32(100000) of ($a)) or filesize == 99 }
