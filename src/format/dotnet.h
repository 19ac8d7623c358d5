/*
 * dotnet.h - .NET assemblies (ECMA-335), as the rule module `dotnet` shows them.
 *
 * An assembly is a Windows executable with a CLI header, which leads to the metadata: a
 * few streams, of which one holds tables with rows of computed sizes, the others what the
 * tables point to. open() finds the metadata; streams and tables are read when a rule
 * first asks for anything of them. Values are YARA's; docs/formats/dotnet.md lists the
 * choices. Private to the files dotnet*.c.
 */
#pragma once

#include "format/pe.h"

enum {
	DOTNET_TABLES = 64, /* bits of the word that says which there are */
	DOTNET_KNOWN = 45,  /* those that ECMA-335 II.22 defines */
};

enum dotnet_note {
	DOTNET_NOTE_LIMIT = 1 << 0, /* the steps or the arena were spent */
};

/* Streams that have a header, wherever it points: without some, tables are not read. */
enum dotnet_seen {
	DOTNET_SEEN_TILDE = 1 << 0,
	DOTNET_SEEN_STRINGS = 1 << 1,
	DOTNET_SEEN_BLOBS = 1 << 2,
	DOTNET_SEEN_ALL = DOTNET_SEEN_TILDE | DOTNET_SEEN_STRINGS | DOTNET_SEEN_BLOBS,
	DOTNET_SEEN_GUIDS = 1 << 3,
	DOTNET_SEEN_US = 1 << 4,
};

/* II.24.2.2. name: its first 31 bytes at most; offset and size as declared, unchecked. */
struct dotnet_stream {
	struct bytes name;
	int64_t offset, size; /* offset in the file */
};

struct dotnet_resource {
	int64_t offset, length; /* offset in the file, behind the length */
	struct bytes name;
};

/* A version of an assembly, of 16 bits a part (ECMA-335, II.22.2). */
struct dotnet_version {
	int64_t major, minor, build_number, revision_number;
};

/* An assembly that this one asks for, as it names it. */
struct dotnet_assembly_ref {
	struct dotnet_version version;
	struct bytes public_key_or_token, name;
};

/* The module's own assembly; undefined where the table has no row. */
struct dotnet_assembly {
	struct dotnet_version version;
	struct bytes name, culture;
};

struct dotnet_text {
	struct bytes s;
};

struct dotnet_number {
	int64_t v;
};

/*
 * A method's argument; type is written as YARA does ("System.String", "int[]"), undefined
 * when the signature makes no sense.
 */
struct dotnet_param {
	struct bytes name, type;
};

struct dotnet_method {
	struct fact_array generic_parameters; /* struct dotnet_text */
	int64_t number_of_generic_parameters;
	struct fact_array parameters; /* struct dotnet_param */
	int64_t number_of_parameters;
	struct bytes return_type;
	int64_t abstract, final, is_virtual, is_static;
	struct bytes visibility, name;
};

struct dotnet_class {
	struct bytes fullname, name, space, visibility, type;
	int64_t abstract, sealed;
	int64_t number_of_generic_parameters, number_of_base_types, number_of_methods;
	struct fact_array generic_parameters; /* struct dotnet_text */
	struct fact_array base_types;         /* struct dotnet_text */
	struct fact_array methods;            /* struct dotnet_method */
	/* YARA-X's: no namespace is undefined; who extends nothing, extends the first
	 * type. */
	struct bytes x_space;
	struct fact_array x_base_types; /* struct dotnet_text */
	int64_t x_number_of_base_types;
};

/* A table of the stream "#~": ECMA-335 II.24.2.6. */
struct dotnet_table {
	struct bytes rows; /* without p: there is none, or it leaves the file */
	uint32_t n, size;  /* rows, and bytes of one */
};

struct dotnet {
	int64_t is_dotnet;
	struct bytes version, module_name, typelib;
	int64_t number_of_streams, number_of_guids, number_of_resources;
	int64_t number_of_assembly_refs, number_of_modulerefs, number_of_user_strings;
	int64_t number_of_constants, number_of_field_offsets, number_of_classes;
	struct fact_array streams;       /* struct dotnet_stream */
	struct fact_array guids;         /* struct dotnet_text */
	struct fact_array resources;     /* struct dotnet_resource */
	struct fact_array classes;       /* struct dotnet_class */
	struct fact_array assembly_refs; /* struct dotnet_assembly_ref */
	struct fact_array modulerefs;    /* struct dotnet_text */
	struct fact_array user_strings;  /* struct dotnet_text */
	struct fact_array constants;     /* struct dotnet_text */
	struct fact_array field_offsets; /* struct dotnet_number */
	struct dotnet_assembly assembly;
	/* YARA-X's: 0 without the table. */
	int64_t x_number_of_resources, x_number_of_assembly_refs, x_number_of_modulerefs;
	int64_t x_number_of_constants, x_number_of_field_offsets;

	/* From here on private: no fact describes it. */
	struct parse *parse; /* NULL: no assembly */
	struct bytes file;
	struct parse inner; /* the executable around it */
	struct pe pe;
	uint64_t root; /* of the metadata, in the file */
	uint64_t resources_at;
	struct bytes strings, blobs, us, guid, tilde; /* the streams, cut to the file */
	bool wide_string, wide_guid, wide_blob;       /* indexes of four bytes */
	struct dotnet_table table[DOTNET_KNOWN];
	uint64_t strings_size; /* where indexes end; the last string may run on */
	uint64_t steps, budget;
	uint64_t us_at; /* offset of d->us in the file */
	unsigned seen;  /* bits of enum dotnet_seen */
	bool read, spent, classes_read, classes_spent;
};

extern const struct fact dotnet_facts[];

/* Counts n units of work; false: the budget is spent, stop. */
bool dotnet_spend(struct dotnet *d, uint64_t n);

/* dotnet_table.c: where tables lie, and their rows. */
void dotnet_find_tables(struct dotnet *d);

/* The tables of metadata that are read, by their numbers (ECMA-335, II.22). */
enum dotnet_table_kind {
	DOTNET_MODULE = 0x00,
	DOTNET_TYPE_REF = 0x01,
	DOTNET_TYPE_DEF = 0x02,
	DOTNET_METHOD_DEF = 0x06,
	DOTNET_PARAM = 0x08,
	DOTNET_INTERFACE_IMPL = 0x09,
	DOTNET_MEMBER_REF = 0x0a,
	DOTNET_CONSTANT = 0x0b,
	DOTNET_CUSTOM_ATTRIBUTE = 0x0c,
	DOTNET_MODULE_REF = 0x1a,
	DOTNET_TYPE_SPEC = 0x1b,
	DOTNET_FIELD_RVA = 0x1d,
	DOTNET_ASSEMBLY = 0x20,
	DOTNET_ASSEMBLY_REF = 0x23,
	DOTNET_MANIFEST_RESOURCE = 0x28,
	DOTNET_NESTED_CLASS = 0x29,
	DOTNET_GENERIC_PARAM = 0x2a,
};

/* The nth number of a row, columns and rows from 0; 0 when there is no such row. */
uint32_t dotnet_get(
    const struct dotnet *d, enum dotnet_table_kind t, uint32_t row, unsigned column);

/* The rows of a table that lie in the file. */
uint32_t dotnet_rows(const struct dotnet *d, enum dotnet_table_kind t);

/* dotnet_read.c: what rules see of the tables. */
enum err dotnet_read_tables(struct dotnet *d);

/* The string at an index of "#Strings"; without p: it is outside, does not end in the
 * file or has more than 1,024 bytes, which YARA does not take for a string. */
struct bytes dotnet_string(struct dotnet *d, uint32_t index);
/* The content of the blob at an index of "#Blob"; without p: it leaves the file. */
struct bytes dotnet_blob(struct dotnet *d, uint32_t index);
/* A blob's content from the start of its length on; *rest: what follows it. II.24.2.4 */
struct bytes dotnet_blob_of(struct bytes b, struct bytes *rest);

/* dotnet_class.c: the classes; what a budget ended stays. */
enum err dotnet_read_classes(struct dotnet *d);

enum err dotnet_load(void *facts);
enum err dotnet_load_classes(void *facts); /* with a budget of their own */
