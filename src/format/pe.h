/*
 * pe.h - Windows executables (PE/COFF), as the rule module `pe` shows them.
 *
 * open() reads the headers and the section table, a few hundred bytes. What is
 * costly - imports, exports, resources, signatures - hangs on rows with a load
 * (base/fact.h) and is parsed when a rule first reads it. Values are YARA's, also
 * where the loader of Windows would see the file differently; docs/formats/pe.md
 * lists the choices. Private to the files pe*.c.
 *
 * Work is counted: each part spends steps out of a budget that is linear in the
 * file's size, so tables that overlap or point at themselves end, as ERR_LIMIT.
 */
#pragma once

#include "format/format.h"

#define PE_MAX_SECTIONS    96 /* what the loader of Windows takes */
#define PE_MAX_DIRECTORIES 16

/* Data directories that are read (PE/COFF, Optional Header Data Directories). */
enum pe_directory {
	PE_DIR_EXPORT = 0,
	PE_DIR_IMPORT = 1,
	PE_DIR_RESOURCE = 2,
	PE_DIR_SECURITY = 4,
	PE_DIR_DEBUG = 6,
	PE_DIR_DELAY_IMPORT = 13,
};

enum pe_part {
	PE_PART_RICH,
	PE_PART_DEBUG,
	PE_PART_IMPORTS,
	PE_PART_DELAYED,
	PE_PART_EXPORTS,
	PE_PART_RESOURCES,
	PE_PART_SIGNATURES,
	PE_PART_VERIFIED,
	PE_PARTS,
};

enum pe_note {
	PE_NOTE_LIMIT = 1 << 0,     /* a part spent its steps or the arena */
	PE_NOTE_SIGNATURE = 1 << 1, /* a signature does not parse */
};

/* A version of two numbers, as the optional header has four of. */
struct pe_version {
	int64_t major, minor;
};

/* Where something lies in the file, in bytes. */
struct pe_range {
	int64_t offset, size;
};

struct pe_data_directory {
	int64_t virtual_address, size;
};

/*
 * A row of the section table (PE/COFF 4), as it stands: none of its numbers is checked,
 * and offset and size may lie anywhere. name: the eight bytes without the NULs at their
 * end; full_name: of "/123" what the string table has there, else the same as name. name
 * may hold any byte, also a NUL inside.
 */
struct pe_section {
	struct bytes name, full_name;
	int64_t characteristics, virtual_address, virtual_size;
	int64_t raw_data_offset, raw_data_size;
	int64_t pointer_to_relocations, pointer_to_line_numbers;
	int64_t number_of_relocations, number_of_line_numbers;
};

/* One pair of the Rich header: which tool, of which build, and on how many objects. */
struct pe_tool {
	int64_t toolid, version, times;
};

/*
 * Undefined, all of it, without such a header. raw_data is a view of the file, from
 * "DanS" up to "Rich"; clear_data is a copy, XORed with key; version_data has every
 * second word of that. length in bytes.
 */
struct pe_rich {
	int64_t offset, length, key;
	struct bytes raw_data, clear_data, version_data;
	struct fact_array tools; /* struct pe_tool */
};

/*
 * An imported function. By number: ordinal is set, and name what a list of ours calls it,
 * or "ord7". By name: ordinal is undefined. rva: of its place in the table that the
 * loader fills in, undefined when that would be 0.
 */
struct pe_function {
	struct bytes name;
	int64_t ordinal, rva;
};

/*
 * A library, with the functions of one descriptor: a file may name the same library
 * again, which is then another element.
 */
struct pe_import {
	struct bytes library_name;
	int64_t number_of_functions;
	struct fact_array functions; /* struct pe_function */
};

/*
 * offset: in the file, of what is exported; undefined when it is a forward (forward_name
 * is set) or lies nowhere. rva is as the table has it. A function without a name has only
 * its number.
 */
struct pe_export {
	int64_t offset, ordinal, rva;
	struct bytes name, forward_name;
};

/*
 * A leaf of the tree. offset: in the file, undefined when the address lies nowhere;
 * length in bytes, as declared. Of type, id and language each has the number or the
 * string (UTF-16, as in the file); the other is undefined.
 */
struct pe_resource {
	int64_t rva, offset, length, type, id, language;
	struct bytes type_string, name_string, language_string;
};

/*
 * A string of the version resource; only the low bytes of its UTF-16, up to the first
 * zero, 63 of a key and 255 of a value at most.
 */
struct pe_pair {
	struct bytes key, value;
};

/*
 * A certificate as YARA shows it: thumbprint is the SHA-1 in hex of its bytes, names are
 * as OpenSSL prints them on one line, serial is hex with colons, dates are seconds since
 * 1970. Nothing of it was verified.
 */
struct pe_cert {
	struct bytes thumbprint, issuer, subject, algorithm, algorithm_oid, serial;
	int64_t version, not_before, not_after;
};

/*
 * Who says that he signed: the first signer of the message, and the chain upwards from
 * his certificate, as far as the file has it. digest is hex, of what was signed.
 */
struct pe_signer {
	struct bytes program_name, more_info, digest, digest_alg;
	int64_t length_of_chain;
	struct fact_array chain; /* struct pe_cert */
};

/*
 * When, as a third party says. sign_time: seconds since 1970. verified is 0 until a rule
 * reads it, which computes (pe_load_verified).
 */
struct pe_countersignature {
	int64_t verified, sign_time, length_of_chain;
	struct bytes digest, digest_alg;
	struct fact_array chain; /* struct pe_cert */
};

/*
 * digest: hex, what was signed for the file's digest; file_digest: the file's own,
 * computed. They differ in a file that was changed afterwards.
 */
struct pe_signature {
	struct pe_cert cert; /* the signer's; its fields are the signature's own */
	int64_t verified, number_of_certificates, number_of_countersignatures;
	struct bytes digest, digest_alg, file_digest;
	struct fact_array certificates;      /* struct pe_cert */
	struct fact_array countersignatures; /* struct pe_countersignature */
	struct pe_signer signer_info;
};

struct pe_auth; /* what verification needs of a signature: pe_auth.h */

struct pe {
	int64_t is_pe, machine, number_of_sections, timestamp;
	int64_t pointer_to_symbol_table, number_of_symbols, size_of_optional_header;
	int64_t characteristics, entry_point, entry_point_raw, image_base;
	int64_t number_of_rva_and_sizes, opthdr_magic;
	int64_t size_of_code, size_of_initialized_data, size_of_uninitialized_data;
	int64_t base_of_code, base_of_data, section_alignment, file_alignment;
	int64_t win32_version_value, size_of_image, size_of_headers, checksum;
	int64_t subsystem, dll_characteristics;
	int64_t size_of_stack_reserve, size_of_stack_commit;
	int64_t size_of_heap_reserve, size_of_heap_commit, loader_flags;
	struct pe_version linker_version, os_version, image_version, subsystem_version;
	struct pe_range overlay;
	struct fact_array data_directories; /* struct pe_data_directory */
	struct fact_array sections;         /* struct pe_section */

	struct pe_rich rich_signature; /* PE_PART_RICH */
	struct bytes pdb_path;         /* PE_PART_DEBUG */

	int64_t number_of_imports, number_of_imported_functions; /* PE_PART_IMPORTS */
	struct fact_array import_details;                        /* struct pe_import */
	int64_t number_of_delayed_imports, number_of_delayed_imported_functions;
	struct fact_array delayed_import_details; /* struct pe_import */

	int64_t number_of_exports, export_timestamp; /* PE_PART_EXPORTS */
	struct bytes dll_name;
	struct fact_array export_details; /* struct pe_export */

	int64_t resource_timestamp, number_of_resources; /* PE_PART_RESOURCES */
	int64_t number_of_version_infos;
	struct pe_version resource_version;
	struct fact_array resources;         /* struct pe_resource */
	struct fact_array version_info_list; /* struct pe_pair */
	struct fact_array version_info;      /* struct pe_pair, keys unique */

	int64_t number_of_signatures; /* PE_PART_SIGNATURES */
	struct fact_array signatures; /* struct pe_signature */
	int64_t is_signed;            /* PE_PART_VERIFIED */

	/* From here on private: no fact describes it. */
	struct parse *parse; /* NULL: not a PE */
	struct bytes file;   /* = parse->file */
	uint64_t optional;   /* offset of the optional header */
	bool wide;           /* PE32+ */
	struct pe_map {      /* sections as the mapping needs them */
		uint32_t rva, size, offset, raw_size;
	} map[PE_MAX_SECTIONS];
	uint32_t nmap;
	bool map_cut; /* the section table leaves the file: nothing maps */
	uint64_t steps, budget;
	uint32_t loaded, failed; /* bits of enum pe_part */
	struct bytes imphash;
	int64_t computed_checksum;
	struct pe_auth *auths; /* one for each signature */
	/* For what is signed so and is no PE (msi): its SignedData, and its digest. */
	struct bytes signed_data; /* p NULL: that of the certificate table */
	bool (*digest)(struct pe *pe, unsigned hash_kind, uint8_t *out);
};

extern const struct fact pe_facts[];
extern const struct fact pe_signature_facts[]; /* loads take a struct pe */

/*
 * Counts n units of work; false: the budget is spent, stop. Who does not look at the
 * answer does no harm for long: the part ends as ERR_LIMIT when it returns.
 */
bool pe_spend(struct pe *pe, uint64_t n);

/*
 * The file offset of an address, or -1. What is not -1 lies inside of the file, at the
 * time of asking; how many bytes follow is not known. Costs a step and more for many
 * sections, so it may be called in loops over counts from the file.
 */
int64_t pe_rva_to_offset(struct pe *pe, uint64_t rva);

/*
 * The eight bytes of a data directory, address and size; no bytes: the file ends before.
 * The number of directories that the header tells is not asked.
 */
struct bytes pe_directory(const struct pe *pe, enum pe_directory which);

/*
 * The bytes at off up to a NUL, the end of the file, or most of them: a view, charged by
 * its length. No bytes outside of the file.
 */
struct bytes pe_cstr(struct pe *pe, uint64_t off, uint64_t most);

/* pe_ord.c: the name of an ordinal of ws2_32 or oleaut32, else NULL. */
const char *pe_ordinal_name(struct bytes dll, uint16_t ordinal);

/*
 * The parts. Each fills its fields of a cleared struct; ERR_LIMIT keeps what was
 * found. Called once, through pe_load_*.
 */
enum err pe_read_rich(struct pe *pe);
enum err pe_read_debug(struct pe *pe);
enum err pe_read_imports(struct pe *pe);
enum err pe_read_delayed(struct pe *pe);
enum err pe_read_exports(struct pe *pe);
enum err pe_read_resources(struct pe *pe);
enum err pe_read_signatures(struct pe *pe);
enum err pe_read_verified(struct pe *pe);

/* The loads that fact rows name. */
enum err pe_load_rich(void *facts);
enum err pe_load_debug(void *facts);
enum err pe_load_imports(void *facts);
enum err pe_load_delayed(void *facts);
enum err pe_load_all_imports(void *facts);
enum err pe_load_exports(void *facts);
enum err pe_load_resources(void *facts);
enum err pe_load_signatures(void *facts);
enum err pe_load_verified(void *facts);

/* pe_fn.c: the functions of the module. */
fact_fn pe_calculate_checksum, pe_imphash, pe_section_index_name, pe_section_index_addr;
fact_fn pe_exports_name, pe_exports_regex, pe_exports_ordinal;
fact_fn pe_exports_index_name, pe_exports_index_regex, pe_exports_index_ordinal;
fact_fn pe_imports_name, pe_imports_ordinal, pe_imports_dll, pe_imports_regex;
fact_fn pe_imports_flag_name, pe_imports_flag_ordinal, pe_imports_flag_dll;
fact_fn pe_imports_flag_regex, pe_import_rva_name, pe_import_rva_ordinal;
fact_fn pe_delayed_rva_name, pe_delayed_rva_ordinal;
fact_fn pe_locale, pe_language, pe_is_dll, pe_is_32bit, pe_is_64bit, pe_offset_of_rva;
fact_fn pe_rich_version, pe_rich_version_toolid, pe_rich_toolid, pe_rich_toolid_version;
fact_fn pe_valid_on;

/* pe_dialect.c: the same in the dialect of YARA-X. */
fact_fn pe_exports_name_or_0, pe_exports_regex_or_0, pe_exports_ordinal_or_0,
    pe_imports_name_or_0, pe_imports_ordinal_or_0, pe_imports_dll_or_0,
    pe_imports_regex_or_0, pe_imports_flag_name_or_0, pe_imports_flag_ordinal_or_0,
    pe_imports_flag_dll_or_0, pe_imports_flag_regex_or_0, pe_locale_or_0,
    pe_language_or_0, pe_rich_version_or_0, pe_rich_version_toolid_or_0,
    pe_rich_toolid_or_0, pe_rich_toolid_version_or_0;
