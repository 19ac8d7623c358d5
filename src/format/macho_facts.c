/*
 * macho_facts.c - the schema of the module macho: YARA 4.5's fields, constants and
 * functions, in the order in which YARA declares them, which shows in `yara -D`.
 */
#include "format/macho.h"

/* A field of a thin file, filled when its load commands are read. */
#define LATE(f, type_)                                                    \
	.name = #f, .type = type_, .at = offsetof(struct macho_image, f), \
	.load = macho_load_commands

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
	FACT_LAST,
};

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
	FACT_LAST,
};
/* clang-format on */
