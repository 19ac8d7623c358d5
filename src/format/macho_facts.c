/*
 * macho_facts.c - the schema of the module macho: YARA 4.5's fields, constants and
 * functions, in the order in which YARA declares them, which shows in `yara -D`; and
 * YARA-X's.
 */
#include "format/macho.h"

/* A field of a thin file, filled when its load commands are read. */
#define LATE(f, type_)                                                    \
	.name = #f, .type = type_, .at = offsetof(struct macho_image, f), \
	.load = macho_load_commands

/* Rows of a list of texts, of numbers, and of what YARA-X adds to an image. */
#define MORE_ROW(f, type_, load_)                       \
	.name = #f, .type = type_, .flags = FACT_YARAX, \
	.at = offsetof(struct macho_image, more.f), .load = load_
#define MORE_TEXT(f)                                   \
	{                                              \
		MORE_ROW(f, FACT_STR, macho_load_more) \
	}
#define MORE_STRUCT(f, table)                                           \
	{                                                               \
		MORE_ROW(f, FACT_STRUCT, macho_load_more), .sub = table \
	}
#define MORE_LIST(f, E, table, load_)                                             \
	{                                                                         \
		MORE_ROW(f, FACT_ARRAY, load_), .stride = sizeof(E), .sub = table \
	}

/* clang-format off */
static const struct fact section_facts[] = {
	FACT_S(struct macho_section, sectname),
	FACT_S(struct macho_section, segname),
	FACT_I(struct macho_section, addr),
	FACT_I(struct macho_section, size),
	FACT_I(struct macho_section, offset),
	FACT_I(struct macho_section, align),
	FACT_I(struct macho_section, reloff),
	FACT_I(struct macho_section, nreloc),
	FACT_I(struct macho_section, flags),
	FACT_I(struct macho_section, reserved1),
	FACT_I(struct macho_section, reserved2),
	FACT_I(struct macho_section, reserved3),
	FACT_LAST,
};

static const struct fact segment_facts[] = {
	FACT_S(struct macho_segment, segname),
	FACT_I(struct macho_segment, vmaddr),
	FACT_I(struct macho_segment, vmsize),
	FACT_I(struct macho_segment, fileoff),
	FACT_I(struct macho_segment, fsize),
	FACT_I(struct macho_segment, maxprot),
	FACT_I(struct macho_segment, initprot),
	FACT_I(struct macho_segment, nsects),
	FACT_I(struct macho_segment, flags),
	FACT_A(struct macho_segment, sections, struct macho_section, section_facts),
	FACT_LAST,
};

static const struct fact arch_facts[] = {
	FACT_I(struct macho_arch, cputype),
	FACT_I(struct macho_arch, cpusubtype),
	FACT_I(struct macho_arch, offset),
	FACT_I(struct macho_arch, size),
	FACT_I(struct macho_arch, align),
	FACT_IX(struct macho_arch, reserved),
	FACT_LAST,
};

static const struct fact text_facts[] = {
	{ .name = "", .type = FACT_STR },
	FACT_LAST,
};

static const struct fact nlist_facts[] = {
	FACT_I(struct macho_nlist, n_strx),
	FACT_I(struct macho_nlist, n_type),
	FACT_I(struct macho_nlist, n_sect),
	FACT_I(struct macho_nlist, n_desc),
	FACT_I(struct macho_nlist, n_value),
	FACT_LAST,
};

static const struct fact symtab_facts[] = {
	FACT_I(struct macho_symtab, symoff),
	FACT_I(struct macho_symtab, nsyms),
	FACT_I(struct macho_symtab, stroff),
	FACT_I(struct macho_symtab, strsize),
	{ .name = "entries", .type = FACT_ARRAY, .at = offsetof(struct macho_symtab, entries),
		.stride = sizeof(struct bytes), .sub = text_facts, .load = macho_load_link },
	{ .name = "nlists", .type = FACT_ARRAY, .at = offsetof(struct macho_symtab, nlists),
		.stride = sizeof(struct macho_nlist), .sub = nlist_facts, .load = macho_load_link },
	FACT_LAST,
};

static const struct fact dysymtab_facts[] = {
	FACT_I(struct macho_dysymtab, ilocalsym),
	FACT_I(struct macho_dysymtab, nlocalsym),
	FACT_I(struct macho_dysymtab, iextdefsym),
	FACT_I(struct macho_dysymtab, nextdefsym),
	FACT_I(struct macho_dysymtab, iundefsym),
	FACT_I(struct macho_dysymtab, nundefsym),
	FACT_I(struct macho_dysymtab, tocoff),
	FACT_I(struct macho_dysymtab, ntoc),
	FACT_I(struct macho_dysymtab, modtaboff),
	FACT_I(struct macho_dysymtab, nmodtab),
	FACT_I(struct macho_dysymtab, extrefsymoff),
	FACT_I(struct macho_dysymtab, nextrefsyms),
	FACT_I(struct macho_dysymtab, indirectsymoff),
	FACT_I(struct macho_dysymtab, nindirectsyms),
	FACT_I(struct macho_dysymtab, extreloff),
	FACT_I(struct macho_dysymtab, nextrel),
	FACT_I(struct macho_dysymtab, locreloff),
	FACT_I(struct macho_dysymtab, nlocrel),
	FACT_LAST,
};

static const struct fact linkedit_facts[] = {
	FACT_I(struct macho_linkedit, dataoff),
	FACT_I(struct macho_linkedit, datasize),
	FACT_LAST,
};

static const struct fact dyld_info_facts[] = {
	FACT_I(struct macho_dyld_info, rebase_off),
	FACT_I(struct macho_dyld_info, rebase_size),
	FACT_I(struct macho_dyld_info, bind_off),
	FACT_I(struct macho_dyld_info, bind_size),
	FACT_I(struct macho_dyld_info, weak_bind_off),
	FACT_I(struct macho_dyld_info, weak_bind_size),
	FACT_I(struct macho_dyld_info, lazy_bind_off),
	FACT_I(struct macho_dyld_info, lazy_bind_size),
	FACT_I(struct macho_dyld_info, export_off),
	FACT_I(struct macho_dyld_info, export_size),
	FACT_LAST,
};

static const struct fact tool_facts[] = {
	FACT_I(struct macho_tool, tool),
	FACT_S(struct macho_tool, version),
	FACT_LAST,
};

static const struct fact build_facts[] = {
	FACT_I(struct macho_build, platform),
	FACT_S(struct macho_build, minos),
	FACT_S(struct macho_build, sdk),
	FACT_I(struct macho_build, ntools),
	FACT_A(struct macho_build, tools, struct macho_tool, tool_facts),
	FACT_LAST,
};

static const struct fact min_facts[] = {
	FACT_I(struct macho_min, device),
	FACT_S(struct macho_min, version),
	FACT_S(struct macho_min, sdk),
	FACT_LAST,
};

static const struct fact dylib_facts[] = {
	FACT_S(struct macho_dylib, name),
	FACT_I(struct macho_dylib, timestamp),
	FACT_S(struct macho_dylib, compatibility_version),
	FACT_S(struct macho_dylib, current_version),
	FACT_LAST,
};

static const struct fact cert_facts[] = {
	FACT_S(struct macho_cert, issuer),
	FACT_S(struct macho_cert, subject),
	FACT_I(struct macho_cert, is_self_signed),
	FACT_LAST,
};

/* What YARA-X adds, the same of a thin file and of each in a fat one. */
#define MORE                                                                            \
	MORE_STRUCT(symtab, symtab_facts),                                              \
	MORE_STRUCT(dysymtab, dysymtab_facts),                                          \
	MORE_STRUCT(code_signature_data, linkedit_facts),                               \
	MORE_TEXT(dynamic_linker),                                                      \
	MORE_TEXT(source_version),                                                      \
	MORE_TEXT(uuid),                                                                \
	MORE_STRUCT(dyld_info, dyld_info_facts),                                        \
	MORE_STRUCT(build_version, build_facts),                                        \
	MORE_STRUCT(min_version, min_facts),                                            \
	MORE_LIST(dylibs, struct macho_dylib, dylib_facts, macho_load_more),            \
	MORE_LIST(rpaths, struct bytes, text_facts, macho_load_more),                   \
	MORE_LIST(linker_options, struct bytes, text_facts, macho_load_more),           \
	MORE_LIST(entitlements, struct bytes, text_facts, macho_load_link),             \
	MORE_LIST(certificates, struct macho_cert, cert_facts, macho_load_link),        \
	MORE_LIST(exports, struct bytes, text_facts, macho_load_link),                  \
	MORE_LIST(imports, struct bytes, text_facts, macho_load_link),                  \
	{ .name = "magic", .type = FACT_INT, .flags = FACT_DIALECT,                     \
		.at = offsetof(struct macho_image, magic_read) }

#define HAS(name_, fn_, load_)                                                          \
	{ .name = name_, .type = FACT_FN, .flags = FACT_YARAX | FACT_ALWAYS,            \
		.sig = "s:i", .fn = fn_, .load = load_ }
#define HASH(name_, fn_, load_)                                                         \
	{ .name = name_, .type = FACT_FN, .flags = FACT_YARAX, .sig = ":s", .fn = fn_,  \
		.load = load_ }

/* The header's fields, the same of a thin file and of each in a fat one. */
#define HEADER                                   \
	FACT_I(struct macho_image, magic),       \
	FACT_I(struct macho_image, cputype),     \
	FACT_I(struct macho_image, cpusubtype),  \
	FACT_I(struct macho_image, filetype),    \
	FACT_I(struct macho_image, ncmds),       \
	FACT_I(struct macho_image, sizeofcmds),  \
	FACT_I(struct macho_image, flags),       \
	FACT_I(struct macho_image, reserved)

const struct fact macho_image_facts[] = {
	HEADER,
	FACT_I(struct macho_image, number_of_segments),
	FACT_A(struct macho_image, segments, struct macho_segment, segment_facts),
	FACT_I(struct macho_image, entry_point),
	FACT_I(struct macho_image, stack_size),
	MORE,
	FACT_LAST,
};

/* image is the first member of struct macho: its offsets are the same. */
const struct fact macho_facts[] = {
#define CONSTANT(name, value) FACT_K(name, value),
#include "format/macho_const.def"
#undef CONSTANT
	HEADER,
	{ LATE(number_of_segments, FACT_INT) },
	{ LATE(segments, FACT_ARRAY), .stride = sizeof(struct macho_segment),
		.sub = segment_facts },
	{ LATE(entry_point, FACT_INT) },
	{ LATE(stack_size, FACT_INT) },
	FACT_I(struct macho, fat_magic),
	FACT_I(struct macho, nfat_arch),
	{ .name = "fat_arch", .type = FACT_ARRAY, .at = offsetof(struct macho, fat_arch),
		.stride = sizeof(struct macho_arch), .sub = arch_facts, .load = macho_load_fat },
	{ .name = "file", .type = FACT_ARRAY, .at = offsetof(struct macho, files),
		.stride = sizeof(struct macho_image), .sub = macho_image_facts,
		.load = macho_load_fat },
	{ .name = "file_index_for_arch", .type = FACT_FN, .sig = "i:i",
		.fn = macho_file_index, .load = macho_load_fat },
	{ .name = "file_index_for_arch", .type = FACT_FN, .sig = "ii:i",
		.fn = macho_file_index_sub, .load = macho_load_fat },
	{ .name = "entry_point_for_arch", .type = FACT_FN, .sig = "i:i",
		.fn = macho_entry_point, .load = macho_load_fat },
	{ .name = "entry_point_for_arch", .type = FACT_FN, .sig = "ii:i",
		.fn = macho_entry_point_sub, .load = macho_load_fat },
	MORE,
	FACT_KX("MACOSX", 0x24),
	FACT_KX("IPHONEOS", 0x25),
	FACT_KX("TVOS", 0x2f),
	FACT_KX("WATCHOS", 0x30),
	HAS("has_dylib", macho_has_dylib, macho_load_more),
	HAS("has_rpath", macho_has_rpath, macho_load_more),
	HAS("has_entitlement", macho_has_entitlement, macho_load_link),
	HAS("has_export", macho_has_export, macho_load_link),
	HAS("has_import", macho_has_import, macho_load_link),
	HASH("dylib_hash", macho_dylib_hash, macho_load_more),
	HASH("entitlement_hash", macho_entitlement_hash, macho_load_link),
	HASH("export_hash", macho_export_hash, macho_load_link),
	HASH("import_hash", macho_import_hash, macho_load_link),
	HASH("symhash", macho_symhash, macho_load_link),
	FACT_LAST,
};
/* clang-format on */
