/*
 * vba.h - VBA projects (MS-OVBA) of Office documents, as the rule module `vba` shows
 * them: YARA-X's fields.
 *
 * A project is a storage of a compound file: the document itself, or vbaProject.bin in an
 * OOXML archive. Its stream "dir" lists modules, each a stream with packed source text.
 * All of it is read when a rule asks; docs/formats/vba.md lists the choices. Private to
 * the files vba*.c.
 */
#pragma once

#include "format/cfb.h"
#include "format/format.h"
#include "format/ovba.h"

enum vba_note {                    /* beside those of enum cfb_note, which come first */
	VBA_NOTE_PACKED = 1 << 8,  /* a packed stream is broken */
	VBA_NOTE_RECORD = 1 << 9,  /* a record of "dir" leaves it */
	VBA_NOTE_MODULE = 1 << 10, /* a module without stream or source */
	VBA_NOTE_ZIP = 1 << 11,    /* an entry of the archive cannot be unpacked */
	VBA_NOTE_LIMIT = 1 << 12,
};

enum vba_type { VBA_STANDARD, VBA_CLASS, VBA_UNKNOWN };

struct vba_text {
	struct bytes s;
};

struct vba_module {
	struct bytes name, code;
	int64_t type; /* enum vba_type */
};

struct vba_info {
	struct bytes name, version;
	struct fact_array references; /* struct vba_text */
	int64_t module_count;         /* as declared */
};

struct vba {
	int64_t has_macros;
	struct fact_array modules; /* struct vba_module */
	struct vba_info project_info;

	/* From here on private: no fact describes it. */
	struct parse *parse; /* NULL: neither compound file nor archive */
	struct ovba ovba;
	bool read, spent;
};

/* A module as "dir" has it (2.3.4.2.3.2): views of the unpacked stream. */
struct vba_entry {
	struct bytes name, name16, stream, stream16; /* 16: in UTF-16 */
	uint32_t offset;                             /* of the source, in the stream */
	enum vba_type type;
};

/* What "dir" says. */
struct vba_dir {
	unsigned codepage;
	struct bytes name;
	uint32_t major, modules; /* modules: how many it says there are */
	uint16_t minor;
	struct vba_reference {
		struct bytes name, name16;
	} * reference;
	struct vba_entry *entry;
	size_t references, references_room, entries, entries_room;
	bool cut; /* a record leaves the stream */
};

/* vba_dir.c: the unpacked stream. ERR_FORMAT: it is none; ERR_LIMIT: the arena. */
MUST_USE enum err vba_read_dir(struct bytes dir, struct arena *a, struct vba_dir *out);

/* A name as UTF-8: of the code page, or of UTF-16 when that page is not known. */
struct bytes vba_text(struct arena *a, unsigned page, struct bytes s, struct bytes s16);

/* vba_project.c: finds the project in a compound file and shows it. ERR_END: none there.
 */
MUST_USE enum err vba_read_project(struct vba *v, struct bytes file);
