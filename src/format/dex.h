/*
 * dex.h - Dalvik executables (Android), as the rule module `dex` shows them.
 *
 * open() reads the header. Each table of identifiers, and what classes have, hangs on a
 * row with a load (base/fact.h). Values are YARA's; docs/formats/dex.md lists the
 * choices. Private to the files dex*.c.
 *
 * Work is counted, as in pe.h: classes may share their data, and a file may announce
 * four billion rows.
 */
#pragma once

#include "format/format.h"

enum dex_part {
	DEX_PART_STRINGS,
	DEX_PART_TYPES,
	DEX_PART_PROTOS,
	DEX_PART_FIELDS,
	DEX_PART_METHODS,
	DEX_PART_MAP,
	DEX_PART_CLASSES,
	DEX_PART_MEMBERS, /* the fields and methods that classes have */
	DEX_PARTS,
};

enum dex_note {
	DEX_NOTE_LIMIT = 1 << 0, /* a part spent its steps or the arena */
};

/* header_item */
struct dex_header {
	struct bytes magic, signature;
	int64_t checksum, file_size, header_size, endian_tag, link_size, link_offset;
	int64_t map_offset, string_ids_size, string_ids_offset, type_ids_size;
	int64_t type_ids_offset, proto_ids_size, proto_ids_offset, field_ids_size;
	int64_t field_ids_offset, method_ids_size, method_ids_offset, class_defs_size;
	int64_t class_defs_offset, data_size, data_offset;

	/* YARA-X's. */
	int64_t magic_number, version, container_size, header_offset;
	struct bytes signature_hex;
};

/*
 * A row of string_ids. offset: in the file, of its data. value: size bytes behind one
 * byte of length, as YARA cuts them; all three undefined where they leave the file.
 */
struct dex_string {
	int64_t offset, size; /* size: in UTF-16 units, as the file says */
	struct bytes value;
};

/*
 * The tables of ids, as the file has them (Dalvik executable format: type_id_item,
 * proto_id_item, field_id_item, method_id_item). idx: an index, unchecked; offset: into
 * the file.
 */
struct dex_type {
	int64_t descriptor_idx;
};

/* proto_id_item: a method's result and arguments. */
struct dex_proto {
	int64_t shorty_idx, return_type_idx, parameters_offset;
};

/* field_id_item. */
struct dex_field_id {
	int64_t class_idx, type_idx, name_idx;
};

/* method_id_item. */
struct dex_method_id {
	int64_t class_idx, proto_idx, name_idx;
};

/*
 * class_def_item. Offsets count from the file's start, indexes into the tables of ids;
 * unchecked.
 */
struct dex_class {
	int64_t class_idx, access_flags, super_class_idx, interfaces_offset;
	int64_t source_file_idx, annotations_offset, class_data_offset;
	int64_t static_values_offset;
	struct bytes name, superclass,
	    source_file; /* YARA-X's; name: it calls it class */
};

/* class_data_item */
struct dex_class_data {
	int64_t static_fields_size, instance_fields_size;
	int64_t direct_methods_size, virtual_methods_size;
};

/*
 * A field of a class (encoded_field), with the names its ids stand for; a name that an
 * index misses is undefined. field_idx_diff is as encoded, not summed.
 */
struct dex_field {
	struct bytes class_name, name, proto;
	int64_t is_static, instance, field_idx_diff, access_flags;
};

/* code_item: sizes are counts, insns_size of 16-bit units. */
struct dex_code {
	int64_t registers_size, ins_size, outs_size, tries_size, debug_info_off;
	int64_t insns_size;
	struct bytes insns;
};

/* A method of a class (encoded_method); code_item is undefined where code_off is 0. */
struct dex_method {
	struct bytes class_name, name, proto;
	int64_t direct, is_virtual, method_idx_diff, access_flags, code_off;
	struct dex_code code_item;
};

struct dex_map_item {
	int64_t type, unused, size, offset;
};

struct dex_map {
	int64_t size;
	struct fact_array map_item; /* struct dex_map_item */
};

/* What YARA-X shows: names where YARA has indexes. */
struct dex_x_proto {
	struct bytes shorty, return_type;
	int64_t parameters_count;
	struct fact_array parameters; /* struct bytes */
};

struct dex_x_field {
	struct bytes of, type, name; /* of: its class */
};

struct dex_x_method {
	struct bytes of, name;
	struct dex_x_proto proto;
};

struct dex_x {
	struct fact_array strings, types; /* struct bytes */
	struct fact_array protos;         /* struct dex_x_proto */
	struct fact_array fields;         /* struct dex_x_field */
	struct fact_array methods;        /* struct dex_x_method */
	bool loaded, failed;
};

struct dex {
	int64_t is_dex;
	struct dex_header header;
	struct fact_array string_ids, type_ids, proto_ids, field_ids, method_ids;
	struct fact_array class_defs, class_data_item;
	struct dex_map map_list;
	int64_t number_of_fields, number_of_methods;
	struct fact_array field, method;
	struct dex_x x;

	/* From here on private: no fact describes it. */
	struct parse *parse; /* NULL: not a dex file */
	struct bytes file;   /* = parse->file */
	uint64_t steps, budget;
	bool cut; /* a table leaves the file: what comes after it is not read */
	uint32_t loaded, failed; /* bits of enum dex_part */
};

extern const struct fact dex_facts[];

/* Undefined values in the rows of a table that is to be filled. */
extern const struct fact dex_field_facts[], dex_method_facts[], dex_class_data_facts[];

/* Counts n units of work; false: the budget is spent, stop. */
bool dex_spend(struct dex *d, uint64_t n);

/* dex_class.c */
enum err dex_read_members(struct dex *d);

/* The loads that fact rows name. */
enum err dex_load_strings(void *facts);
enum err dex_load_types(void *facts);
enum err dex_load_protos(void *facts);
enum err dex_load_fields(void *facts);
enum err dex_load_methods(void *facts);
enum err dex_load_classes(void *facts);
enum err dex_load_map(void *facts);
enum err dex_load_members(void *facts);

/* dex_yarax.c: the other view of the same file, and its functions. */
enum err dex_load_yarax(void *facts);
void dex_open_yarax(struct dex *d); /* what of it stands in the header */
fact_fn dex_contains_string, dex_contains_method, dex_contains_class;
fact_fn dex_checksum, dex_signature;

/* dex_fn.c: the functions of the module. */
fact_fn dex_has_method, dex_has_method_of, dex_has_method_regex, dex_has_method_of_regex;
fact_fn dex_has_class, dex_has_class_regex;
