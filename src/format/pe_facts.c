/*
 * pe_facts.c - the schema of the module pe: YARA 4.5's fields, constants and
 * functions, in the order in which `candor dump` shows them.
 */
#include "format/pe.h"

/* A field of S with a part's load; an optional name that differs from the field's. */
#define LATE(row, fn)           \
	{                       \
		row, .load = fn \
	}
#define ROW(name_, type_) .name = name_, .type = type_
#define INT(S, f)         ROW(#f, FACT_INT), .at = offsetof(S, f)
#define STR(S, f)         ROW(#f, FACT_STR), .at = offsetof(S, f)
#define ARRAY(S, f, E, table) \
	ROW(#f, FACT_ARRAY), .at = offsetof(S, f), .stride = sizeof(E), .sub = table
#define DICT(S, f, E, table) \
	ROW(#f, FACT_DICT), .at = offsetof(S, f), .stride = sizeof(E), .sub = table
#define INSIDE(S, f, table)  ROW(#f, FACT_STRUCT), .at = offsetof(S, f), .sub = table
#define FN(name_, sig_, fn_) ROW(name_, FACT_FN), .sig = sig_, .fn = fn_

/* What YARA-X has of any file, where YARA's is undefined when it is no PE file. */
#define DIALECT(name_, sig_, fn_, load_)                                   \
	{                                                                  \
		FN(name_, sig_, fn_), .flags = FACT_DIALECT, .load = load_ \
	}

/* clang-format off */
static const struct fact version_facts[] = {
	FACT_I(struct pe_version, major),
	FACT_I(struct pe_version, minor),
	FACT_LAST,
};

static const struct fact range_facts[] = {
	FACT_I(struct pe_range, offset),
	FACT_I(struct pe_range, size),
	FACT_LAST,
};

static const struct fact directory_facts[] = {
	FACT_I(struct pe_data_directory, virtual_address),
	FACT_I(struct pe_data_directory, size),
	FACT_LAST,
};

static const struct fact section_facts[] = {
	FACT_S(struct pe_section, name),
	FACT_S(struct pe_section, full_name),
	FACT_I(struct pe_section, characteristics),
	FACT_I(struct pe_section, virtual_address),
	FACT_I(struct pe_section, virtual_size),
	FACT_I(struct pe_section, raw_data_offset),
	FACT_I(struct pe_section, raw_data_size),
	FACT_I(struct pe_section, pointer_to_relocations),
	FACT_I(struct pe_section, pointer_to_line_numbers),
	FACT_I(struct pe_section, number_of_relocations),
	FACT_I(struct pe_section, number_of_line_numbers),
	FACT_LAST,
};

/* Functions of a struct inside are called with that struct, so they get no pe. */
static const struct fact tool_facts[] = {
	FACT_I(struct pe_tool, toolid),
	FACT_I(struct pe_tool, version),
	FACT_I(struct pe_tool, times),
	FACT_LAST,
};

static const struct fact rich_facts[] = {
	FACT_I(struct pe_rich, offset),
	FACT_I(struct pe_rich, length),
	FACT_I(struct pe_rich, key),
	FACT_S(struct pe_rich, raw_data),
	FACT_S(struct pe_rich, clear_data),
	FACT_S(struct pe_rich, version_data),
	{ ROW("tools", FACT_ARRAY), .flags = FACT_YARAX, .at = offsetof(struct pe_rich, tools),
		.stride = sizeof(struct pe_tool), .sub = tool_facts },
	FACT_FUN("version", "i:i", pe_rich_version),
	FACT_FUN("version", "ii:i", pe_rich_version_toolid),
	FACT_FUN("toolid", "i:i", pe_rich_toolid),
	FACT_FUN("toolid", "ii:i", pe_rich_toolid_version),
	FACT_FUNX("version", "i:i", pe_rich_version_or_0),
	FACT_FUNX("version", "ii:i", pe_rich_version_toolid_or_0),
	FACT_FUNX("toolid", "i:i", pe_rich_toolid_or_0),
	FACT_FUNX("toolid", "ii:i", pe_rich_toolid_version_or_0),
	FACT_LAST,
};

static const struct fact function_facts[] = {
	FACT_S(struct pe_function, name),
	FACT_I(struct pe_function, ordinal),
	FACT_I(struct pe_function, rva),
	FACT_LAST,
};

static const struct fact import_facts[] = {
	FACT_S(struct pe_import, library_name),
	FACT_I(struct pe_import, number_of_functions),
	FACT_A(struct pe_import, functions, struct pe_function, function_facts),
	FACT_LAST,
};

static const struct fact export_facts[] = {
	FACT_I(struct pe_export, offset),
	FACT_S(struct pe_export, name),
	FACT_S(struct pe_export, forward_name),
	FACT_I(struct pe_export, ordinal),
	FACT_I(struct pe_export, rva),
	FACT_LAST,
};

static const struct fact resource_facts[] = {
	FACT_I(struct pe_resource, rva),
	FACT_I(struct pe_resource, offset),
	FACT_I(struct pe_resource, length),
	FACT_I(struct pe_resource, type),
	FACT_I(struct pe_resource, id),
	FACT_I(struct pe_resource, language),
	FACT_S(struct pe_resource, type_string),
	FACT_S(struct pe_resource, name_string),
	FACT_S(struct pe_resource, language_string),
	FACT_LAST,
};

static const struct fact pair_facts[] = {
	FACT_S(struct pe_pair, key),
	FACT_S(struct pe_pair, value),
	FACT_LAST,
};

static const struct fact value_facts[] = {
	{ ROW("", FACT_STR), .at = offsetof(struct pe_pair, value) },
	FACT_LAST,
};

static const struct fact cert_facts[] = {
	FACT_S(struct pe_cert, thumbprint),
	FACT_S(struct pe_cert, issuer),
	FACT_S(struct pe_cert, subject),
	FACT_I(struct pe_cert, version),
	FACT_S(struct pe_cert, algorithm),
	FACT_S(struct pe_cert, algorithm_oid),
	FACT_S(struct pe_cert, serial),
	FACT_I(struct pe_cert, not_before),
	FACT_I(struct pe_cert, not_after),
	FACT_LAST,
};

static const struct fact signer_facts[] = {
	FACT_S(struct pe_signer, program_name),
	FACT_SX(struct pe_signer, more_info),
	FACT_S(struct pe_signer, digest),
	FACT_S(struct pe_signer, digest_alg),
	FACT_I(struct pe_signer, length_of_chain),
	FACT_A(struct pe_signer, chain, struct pe_cert, cert_facts),
	FACT_LAST,
};

static const struct fact countersignature_facts[] = {
	LATE(INT(struct pe_countersignature, verified), pe_load_verified),
	FACT_I(struct pe_countersignature, sign_time),
	FACT_S(struct pe_countersignature, digest_alg),
	FACT_S(struct pe_countersignature, digest),
	FACT_I(struct pe_countersignature, length_of_chain),
	FACT_A(struct pe_countersignature, chain, struct pe_cert, cert_facts),
	FACT_LAST,
};

#define SIGNER(type_, f) { ROW(#f, type_), .at = offsetof(struct pe_signature, cert.f) }

/* The signing certificate's fields are the signature's own, since YARA 3. */
const struct fact pe_signature_facts[] = {
	SIGNER(FACT_STR, thumbprint),
	SIGNER(FACT_STR, issuer),
	SIGNER(FACT_STR, subject),
	SIGNER(FACT_INT, version),
	SIGNER(FACT_STR, algorithm),
	SIGNER(FACT_STR, algorithm_oid),
	SIGNER(FACT_STR, serial),
	SIGNER(FACT_INT, not_before),
	SIGNER(FACT_INT, not_after),
	LATE(INT(struct pe_signature, verified), pe_load_verified),
	FACT_S(struct pe_signature, digest_alg),
	FACT_S(struct pe_signature, digest),
	LATE(STR(struct pe_signature, file_digest), pe_load_verified),
	FACT_I(struct pe_signature, number_of_certificates),
	FACT_A(struct pe_signature, certificates, struct pe_cert, cert_facts),
	FACT_T(struct pe_signature, signer_info, signer_facts),
	FACT_I(struct pe_signature, number_of_countersignatures),
	FACT_A(struct pe_signature, countersignatures, struct pe_countersignature,
	    countersignature_facts),
	FACT_FUN("valid_on", "i:i", pe_valid_on),
	FACT_LAST,
};

#define PE struct pe

/* In the order that YARA declares them, which shows in `yara -D`; then YARA-X's own. */
const struct fact pe_facts[] = {
#define CONSTANT(name, value) FACT_K(name, value),
#include "format/pe_const.def"
#undef CONSTANT
	FACT_I(PE, is_pe),
	FACT_I(PE, machine),
	FACT_I(PE, number_of_sections),
	FACT_I(PE, timestamp),
	FACT_I(PE, pointer_to_symbol_table),
	FACT_I(PE, number_of_symbols),
	FACT_I(PE, size_of_optional_header),
	FACT_I(PE, characteristics),
	FACT_I(PE, entry_point),
	FACT_I(PE, entry_point_raw),
	FACT_I(PE, image_base),
	FACT_I(PE, number_of_rva_and_sizes),
	LATE(INT(PE, number_of_version_infos), pe_load_resources),
	LATE(DICT(PE, version_info, struct pe_pair, value_facts), pe_load_resources),
	LATE(ARRAY(PE, version_info_list, struct pe_pair, pair_facts), pe_load_resources),
	FACT_I(PE, opthdr_magic),
	FACT_I(PE, size_of_code),
	FACT_I(PE, size_of_initialized_data),
	FACT_I(PE, size_of_uninitialized_data),
	FACT_I(PE, base_of_code),
	FACT_I(PE, base_of_data),
	FACT_I(PE, section_alignment),
	FACT_I(PE, file_alignment),
	FACT_T(PE, linker_version, version_facts),
	FACT_T(PE, os_version, version_facts),
	FACT_T(PE, image_version, version_facts),
	FACT_T(PE, subsystem_version, version_facts),
	FACT_I(PE, win32_version_value),
	FACT_I(PE, size_of_image),
	FACT_I(PE, size_of_headers),
	FACT_I(PE, checksum),
	FACT_I(PE, subsystem),
	FACT_I(PE, dll_characteristics),
	FACT_I(PE, size_of_stack_reserve),
	FACT_I(PE, size_of_stack_commit),
	FACT_I(PE, size_of_heap_reserve),
	FACT_I(PE, size_of_heap_commit),
	FACT_I(PE, loader_flags),
	FACT_A(PE, data_directories, struct pe_data_directory, directory_facts),
	FACT_A(PE, sections, struct pe_section, section_facts),
	FACT_T(PE, overlay, range_facts),
	LATE(INSIDE(PE, rich_signature, rich_facts), pe_load_rich),
	FACT_K("IMPORT_DELAYED", 2),
	FACT_K("IMPORT_STANDARD", 1),
	FACT_K("IMPORT_ANY", -1),
	LATE(INT(PE, number_of_imports), pe_load_imports),
	LATE(INT(PE, number_of_imported_functions), pe_load_imports),
	LATE(INT(PE, number_of_delayed_imports), pe_load_delayed),
	LATE(INT(PE, number_of_delayed_imported_functions), pe_load_delayed),
	LATE(INT(PE, number_of_exports), pe_load_exports),
	LATE(STR(PE, dll_name), pe_load_exports),
	LATE(INT(PE, export_timestamp), pe_load_exports),
	LATE(ARRAY(PE, export_details, struct pe_export, export_facts), pe_load_exports),
	LATE(ARRAY(PE, import_details, struct pe_import, import_facts), pe_load_imports),
	LATE(ARRAY(PE, delayed_import_details, struct pe_import, import_facts), pe_load_delayed),
	LATE(INT(PE, resource_timestamp), pe_load_resources),
	LATE(INSIDE(PE, resource_version, version_facts), pe_load_resources),
	LATE(ARRAY(PE, resources, struct pe_resource, resource_facts), pe_load_resources),
	LATE(INT(PE, number_of_resources), pe_load_resources),
	LATE(STR(PE, pdb_path), pe_load_debug),
	LATE(ARRAY(PE, signatures, struct pe_signature, pe_signature_facts), pe_load_signatures),
	LATE(INT(PE, is_signed), pe_load_verified),
	LATE(INT(PE, number_of_signatures), pe_load_signatures),

	FACT_FUN("calculate_checksum", ":i", pe_calculate_checksum),
	LATE(FN("imphash", ":s", pe_imphash), pe_load_imports),
	FACT_FUN("section_index", "s:i", pe_section_index_name),
	FACT_FUN("section_index", "i:i", pe_section_index_addr),
	LATE(FN("exports", "s:i", pe_exports_name), pe_load_exports),
	LATE(FN("exports", "r:i", pe_exports_regex), pe_load_exports),
	LATE(FN("exports", "i:i", pe_exports_ordinal), pe_load_exports),
	LATE(FN("exports_index", "s:i", pe_exports_index_name), pe_load_exports),
	LATE(FN("exports_index", "i:i", pe_exports_index_ordinal), pe_load_exports),
	LATE(FN("exports_index", "r:i", pe_exports_index_regex), pe_load_exports),
	LATE(FN("imports", "ss:i", pe_imports_name), pe_load_imports),
	LATE(FN("imports", "si:i", pe_imports_ordinal), pe_load_imports),
	LATE(FN("imports", "s:i", pe_imports_dll), pe_load_imports),
	LATE(FN("imports", "rr:i", pe_imports_regex), pe_load_imports),
	LATE(FN("imports", "iss:i", pe_imports_flag_name), pe_load_all_imports),
	LATE(FN("imports", "isi:i", pe_imports_flag_ordinal), pe_load_all_imports),
	LATE(FN("imports", "is:i", pe_imports_flag_dll), pe_load_all_imports),
	LATE(FN("imports", "irr:i", pe_imports_flag_regex), pe_load_all_imports),
	LATE(FN("import_rva", "ss:i", pe_import_rva_name), pe_load_imports),
	LATE(FN("import_rva", "si:i", pe_import_rva_ordinal), pe_load_imports),
	LATE(FN("delayed_import_rva", "ss:i", pe_delayed_rva_name), pe_load_delayed),
	LATE(FN("delayed_import_rva", "si:i", pe_delayed_rva_ordinal), pe_load_delayed),
	LATE(FN("locale", "i:i", pe_locale), pe_load_resources),
	LATE(FN("language", "i:i", pe_language), pe_load_resources),
	FACT_FUN("is_dll", ":i", pe_is_dll),
	FACT_FUN("is_32bit", ":i", pe_is_32bit),
	FACT_FUN("is_64bit", ":i", pe_is_64bit),
	FACT_FUN("rva_to_offset", "i:i", pe_offset_of_rva),
	DIALECT("exports", "s:i", pe_exports_name_or_0, pe_load_exports),
	DIALECT("exports", "r:i", pe_exports_regex_or_0, pe_load_exports),
	DIALECT("exports", "i:i", pe_exports_ordinal_or_0, pe_load_exports),
	DIALECT("imports", "ss:i", pe_imports_name_or_0, pe_load_imports),
	DIALECT("imports", "si:i", pe_imports_ordinal_or_0, pe_load_imports),
	DIALECT("imports", "s:i", pe_imports_dll_or_0, pe_load_imports),
	DIALECT("imports", "rr:i", pe_imports_regex_or_0, pe_load_imports),
	DIALECT("imports", "iss:i", pe_imports_flag_name_or_0, pe_load_all_imports),
	DIALECT("imports", "isi:i", pe_imports_flag_ordinal_or_0, pe_load_all_imports),
	DIALECT("imports", "is:i", pe_imports_flag_dll_or_0, pe_load_all_imports),
	DIALECT("imports", "irr:i", pe_imports_flag_regex_or_0, pe_load_all_imports),
	DIALECT("locale", "i:i", pe_locale_or_0, pe_load_resources),
	DIALECT("language", "i:i", pe_language_or_0, pe_load_resources),
	FACT_KX("MACHINE_R3000BE", 0x160),
	FACT_KX("MACHINE_RISCV32", 0x5032),
	FACT_KX("MACHINE_RISCV64", 0x5064),
	FACT_KX("MACHINE_RISCV128", 0x5128),
	FACT_KX("MACHINE_LOONGARCH32", 0x6232),
	FACT_KX("MACHINE_LOONGARCH64", 0x6264),
	FACT_KX("MACHINE_ARM64EC", 0xa641),
	FACT_KX("MACHINE_ARM64X", 0xa64e),
	FACT_LAST,
};
/* clang-format on */
