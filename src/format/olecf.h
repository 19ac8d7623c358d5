/*
 * olecf.h - compound files, as the rule module `olecf` shows them (YARA-X's fields), and
 * their streams as children for who unpacks. docs/formats/olecf.md lists the choices.
 */
#pragma once

#include "format/cfb.h"
#include "format/format.h"

struct olecf_stream {
	struct bytes name;
	int64_t type; /* enum cfb_type */
	int64_t size; /* as declared */
};

struct olecf {
	int64_t is_olecf;
	struct fact_array streams; /* struct olecf_stream */

	/* From here on private: no fact describes it. */
	struct parse *parse; /* NULL: no compound file */
	struct cfb cfb;
	bool opened, read, spent;
	uint32_t next; /* the entry that is looked at next */
};

/*
 * Fills the streams of a struct olecf, once: the load of its row. ERR_LIMIT: a budget
 * was spent; what was found before is there.
 */
enum err olecf_load(void *facts);
