/*
 * macho.h - Mach-O files (macOS, iOS), as the rule module `macho` shows them.
 *
 * A thin file is one image; a fat ("universal") file is a table of them. open() reads a
 * header; load commands, and the images of a fat file, hang on rows with a load
 * (base/fact.h). Values are YARA's; docs/formats/macho.md lists the choices. Private to
 * the files macho*.c.
 *
 * Work is counted, as in pe.h: a fat file may name the same image any number of times.
 */
#pragma once

#include "format/format.h"

enum macho_note {
	MACHO_NOTE_LIMIT = 1 << 0, /* the steps or the arena were spent */
};

struct macho_section {
	struct bytes segname, sectname;
	int64_t addr, size, offset, align, reloff, nreloc, flags;
	int64_t reserved1, reserved2, reserved3;
};

struct macho_segment {
	struct bytes segname;
	int64_t vmaddr, vmsize, fileoff, fsize, maxprot, initprot, nsects, flags;
	struct fact_array sections; /* struct macho_section */
};

struct macho_image {
	int64_t magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags, reserved;
	int64_t number_of_segments, entry_point, stack_size;
	struct fact_array segments; /* struct macho_segment */

	/* From here on private. */
	struct bytes file; /* its bytes; without p: it has no commands */
	bool wide, big;    /* 64 bits; numbers have the high byte first */
};

struct macho_arch {
	int64_t cputype, cpusubtype, offset, size, align;
};

struct macho {
	struct macho_image image; /* of a thin file */
	int64_t fat_magic, nfat_arch;
	struct fact_array fat_arch; /* struct macho_arch */
	struct fact_array files;    /* struct macho_image; rules call it file */

	/* From here on private. */
	struct parse *parse; /* NULL: no Mach-O file */
	uint64_t steps, budget;
	bool commands, fat; /* those were read */
	bool spent;
};

extern const struct fact macho_facts[], macho_image_facts[];

/* The loads that fact rows name. */
enum err macho_load_commands(void *facts);
enum err macho_load_fat(void *facts);

/* macho_fn.c: the functions of the module. */
fact_fn macho_file_index, macho_file_index_sub, macho_entry_point, macho_entry_point_sub;
