/* yara.md 10: the pe module: header values, sections, undefined elsewhere. */
import "pe"
rule mp_is_pe { condition: pe.is_pe }
rule mp_machine { condition: pe.machine == pe.MACHINE_I386 }
rule mp_sections { condition: pe.number_of_sections == 2 }
rule mp_three_sections { condition: pe.number_of_sections == 3 }
rule mp_name { condition: pe.sections[0].name == ".text" }
rule mp_name_loop { condition: for any i in (0..pe.number_of_sections - 1) : ( pe.sections[i].name == "UPX1" ) }
rule mp_name_iterate { condition: for any s in pe.sections : ( s.name == ".rsrc" ) }
rule mp_section_index { condition: pe.section_index(".data") == 1 }
rule mp_section_values { condition: pe.sections[0].virtual_address == 0x1000 and pe.sections[0].raw_data_size == 0x400 }
rule mp_flags { condition: pe.sections[0].characteristics & pe.SECTION_MEM_EXECUTE != 0 }
rule mp_entry { condition: pe.entry_point == 0x400 }
rule mp_subsystem { condition: pe.subsystem == pe.SUBSYSTEM_WINDOWS_CUI }
rule mp_characteristics { condition: pe.characteristics & pe.EXECUTABLE_IMAGE }
rule mp_is_dll { condition: not pe.is_dll() and pe.is_pe }
rule mp_is_32bit { condition: pe.is_32bit() and not pe.is_64bit() }
rule mp_no_imports { condition: pe.number_of_imports == 0 and pe.is_pe }
rule mp_undefined_elsewhere { condition: not defined pe.machine and filesize == 99 }
rule mp_undefined_section { condition: not defined pe.sections[99].name and pe.is_pe }
rule mp_undefined_negative { condition: not defined pe.sections[filesize - filesize - 1].name and pe.is_pe }
rule mp_image_base { condition: pe.image_base == 0x400000 }
rule mp_timestamp { condition: pe.timestamp == 0 and pe.is_pe }
rule mp_rva { condition: pe.rva_to_offset(0x1000) == 0x400 }
rule mp_entry_in_at { strings: $a = "abc" condition: $a at pe.entry_point }
