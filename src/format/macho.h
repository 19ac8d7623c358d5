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

/*
 * loader.h, struct section and section_64: numbers as they stand. reserved3 is undefined
 * in files of 32 bits. Names are at most 16 bytes, any but NUL.
 */
struct macho_section {
	struct bytes segname, sectname;
	int64_t addr, size, offset, align, reloff, nreloc, flags;
	int64_t reserved1, reserved2, reserved3;
};

/*
 * loader.h, struct segment_command: nsects is what it says, sections what its command
 * holds of them.
 */
struct macho_segment {
	struct bytes segname;
	int64_t vmaddr, vmsize, fileoff, fsize, maxprot, initprot, nsects, flags;
	struct fact_array sections; /* struct macho_section */
};

/*
 * From here to struct macho_more: what only YARA-X shows. A library that is loaded.
 * Versions as text, "1.2.3"; timestamp as it stands.
 */
struct macho_dylib {
	struct bytes name, compatibility_version, current_version;
	int64_t timestamp;
};

/*
 * nlist.h. n_strx counts from the start of the string table and is unchecked: names were
 * taken through it already.
 */
struct macho_nlist {
	int64_t n_strx, n_type, n_sect, n_desc, n_value;
};

struct macho_symtab {
	int64_t symoff, nsyms, stroff, strsize;
	struct fact_array entries; /* struct bytes */
	struct fact_array nlists;  /* struct macho_nlist; their names are entries */
};

/*
 * The fields of load commands by Apple's names (mach-o/loader.h): LC_DYSYMTAB; then what
 * LC_CODE_SIGNATURE and its like have; LC_DYLD_INFO. Offsets count from the file's
 * start, and are unchecked.
 */
struct macho_dysymtab {
	int64_t ilocalsym, nlocalsym, iextdefsym, nextdefsym, iundefsym, nundefsym;
	int64_t tocoff, ntoc, modtaboff, nmodtab, extrefsymoff, nextrefsyms;
	int64_t indirectsymoff, nindirectsyms, extreloff, nextrel, locreloff, nlocrel;
};

/* linkedit_data_command. */
struct macho_linkedit {
	int64_t dataoff, datasize;
};

/* dyld_info_command. */
struct macho_dyld_info {
	int64_t rebase_off, rebase_size, bind_off, bind_size, weak_bind_off;
	int64_t weak_bind_size, lazy_bind_off, lazy_bind_size, export_off, export_size;
};

struct macho_tool {
	int64_t tool;
	struct bytes version;
};

struct macho_build {
	int64_t platform, ntools;
	struct bytes minos, sdk;
	struct fact_array tools; /* struct macho_tool */
};

/* version_min_command: which system it is for; versions as text, "10.15.0". */
struct macho_min {
	int64_t device;
	struct bytes version, sdk;
};

/*
 * Names of a certificate in a code signature, as "C=US, O=...". Nothing of it was
 * verified.
 */
struct macho_cert {
	struct bytes issuer, subject;
	int64_t is_self_signed;
};

struct macho_more {
	struct bytes dynamic_linker, source_version, uuid;
	struct macho_symtab symtab;
	struct macho_dysymtab dysymtab;
	struct macho_linkedit code_signature_data;
	struct macho_dyld_info dyld_info;
	struct macho_build build_version;
	struct macho_min min_version;
	struct fact_array dylibs;                 /* struct macho_dylib */
	struct fact_array rpaths, linker_options; /* struct bytes, as the next three */
	struct fact_array entitlements, exports, imports;
	struct fact_array certificates; /* struct macho_cert */
};

struct macho_image {
	int64_t magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags, reserved;
	int64_t number_of_segments, entry_point, stack_size;
	struct fact_array segments; /* struct macho_segment */
	int64_t magic_read;         /* with the high byte first, as YARA-X shows it */
	struct macho_more more;

	/* From here on private. */
	struct bytes file;          /* its bytes; without p: it has no commands */
	struct macho_linkedit trie; /* of exports, in a command of its own */
	bool wide, big;             /* 64 bits; numbers have the high byte first */
};

/* fat.h: where an image lies in a fat file, in bytes from its start; unchecked. */
struct macho_arch {
	int64_t cputype, cpusubtype, offset, size, align, reserved;
};

struct macho {
	struct macho_image image; /* of a thin file */
	int64_t fat_magic, nfat_arch;
	struct fact_array fat_arch; /* struct macho_arch */
	struct fact_array files;    /* struct macho_image; rules call it file */

	/* From here on private. */
	struct parse *parse; /* NULL: no Mach-O file */
	uint64_t steps, budget;
	bool commands, fat; /* those were read, */
	bool more, linked;  /* and those of YARA-X: macho_more.c, macho_link.c */
	bool spent;
};

extern const struct fact macho_facts[], macho_image_facts[];

/* The loads that fact rows name. */
enum err macho_load_commands(void *facts);
enum err macho_load_fat(void *facts);

enum err macho_load_more(void *facts); /* what load commands say */
enum err macho_load_link(void *facts); /* what they point to */

/* Counts n steps (a command, section, row, name); false: the budget is spent, stop. */
bool macho_spend(struct macho *m, uint64_t n);
/* Remembers a budget that was spent, and tells it: OK or ERR_LIMIT. */
enum err macho_ended(struct macho *m, enum err e);

/* The next number in the image's byte order. */
uint32_t macho_u32(const struct macho_image *i, struct cur *c);
uint64_t macho_u64(const struct macho_image *i, struct cur *c);

/* One load command after the other; false: there are no more that lie in the file. */
struct macho_commands {
	struct bytes left;
	int64_t n;
};
struct macho_commands macho_commands_of(const struct macho_image *i);
bool macho_next_command(const struct macho_image *i, struct macho_commands *c,
    uint32_t *cmd, struct bytes *command);

/* A list in the arena that grows. */
struct macho_list {
	struct bytes *p;
	size_t n, cap;
};
/* ERR_LIMIT: the arena is spent. */
enum err macho_list_add(struct macho *m, struct macho_list *l, struct bytes s);

/* Calls read for the image of a thin file, or for each of a fat one. */
typedef enum err macho_read(struct macho *m, struct macho_image *i);
enum err macho_each(struct macho *m, macho_read *read);

/* macho_sign.c: the entitlements and certificates of a code signature. */
enum err macho_read_signature(struct macho *m, struct macho_image *i);

/* macho_hash.c: what YARA-X's functions ask of these lists. */
fact_fn macho_has_dylib, macho_has_entitlement, macho_has_export, macho_has_import,
    macho_has_rpath;
fact_fn macho_dylib_hash, macho_entitlement_hash, macho_export_hash, macho_import_hash,
    macho_symhash;

/* macho_fn.c: the functions of the module. */
fact_fn macho_file_index, macho_file_index_sub, macho_entry_point, macho_entry_point_sub;
