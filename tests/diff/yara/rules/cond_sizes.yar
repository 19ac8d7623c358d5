/* yara.md 4: filesize, and rules decided without strings. */
rule sz_empty { condition: filesize == 0 }
rule sz_small { condition: filesize < 100 }
rule sz_exact { condition: filesize == 100 }
rule sz_over { condition: filesize > 100 and filesize < 102 }
rule sz_between { condition: filesize >= 1023 and filesize <= 1KB }
rule sz_even { condition: filesize % 2 == 0 and filesize > 5 }
rule sz_string_and_size { strings: $a = "abc" condition: filesize < 10 and $a }
rule sz_size_or_string { strings: $a = "abc" condition: filesize == 99 or $a }
rule sz_count_of_size { strings: $a = "a" condition: #a == filesize and filesize > 0 }
rule sz_header_and_string { strings: $a = "abc" condition: uint16(0) == 0x5A4D and $a }
rule sz_header_or_string { strings: $a = "abc" condition: uint32be(0) == 0x7F454C46 or #a > 4 }
rule sz_true { condition: true and filesize == 99 }
rule sz_false_or { condition: false or filesize == 99 }
