/*
 * vba_dir.c - the records of a project's stream "dir" (MS-OVBA, 2.3.4.2).
 *
 * Each is a number, a size and as many bytes; the specification has a structure for each,
 * of which the parts are such records again. Only PROJECTVERSION says four bytes and has
 * six. So the stream is read as one list, in whatever order; what is not known is passed
 * over.
 */
#include "format/codepage.h"
#include "format/utf.h"
#include "format/vba.h"

enum {
	SYSKIND = 0x01,
	CODEPAGE = 0x03,
	NAME = 0x04,
	VERSION = 0x09,
	MODULES = 0x0f,
	REFERENCE_NAME = 0x16,
	MODULE_NAME = 0x19,
	STREAM_NAME = 0x1a,
	TYPE_STANDARD = 0x21,
	TYPE_CLASS = 0x22,
	CONTROL = 0x2f,
	CONTROL_EXTENDED = 0x30,
	OFFSET = 0x31,
	STREAM_NAME_16 = 0x32,
	REFERENCE_NAME_16 = 0x3e,
	MODULE_NAME_16 = 0x47,
};

#define VERSION_SIZE 6

/* Where in the list the reader is. */
struct reader {
	struct vba_dir *dir;
	struct arena *arena;
	bool control; /* in REFERENCECONTROL: a name there is no reference's */
};

static enum err
add_reference(struct reader *r, struct bytes name)
{
	struct vba_dir *d = r->dir;
	void *p = arena_grow(r->arena, d->reference, &d->references_room,
	    d->references + 1, sizeof(*d->reference));

	if (p == NULL)
		return ERR_LIMIT;
	d->reference = p;
	d->reference[d->references++] = (struct vba_reference){ .name = name };
	return OK;
}

static enum err
add_module(struct reader *r, struct bytes name)
{
	struct vba_dir *d = r->dir;
	void *p = arena_grow(
	    r->arena, d->entry, &d->entries_room, d->entries + 1, sizeof(*d->entry));

	if (p == NULL)
		return ERR_LIMIT;
	d->entry = p;
	d->entry[d->entries++] = (struct vba_entry){ .name = name, .type = VBA_UNKNOWN };
	return OK;
}

/* The records of the project itself. */
static enum err
project_record(struct reader *r, uint16_t id, struct bytes b)
{
	struct vba_dir *d = r->dir;

	switch (id) {
	case CODEPAGE: d->codepage = rec_le16(b, 0); return OK;
	case NAME: d->name = b; return OK;
	case VERSION:
		d->major = rec_le32(b, 0);
		d->minor = rec_le16(b, 4);
		return OK;
	case MODULES: d->modules = rec_le16(b, 0); return OK;
	case CONTROL: r->control = true; return OK;
	case CONTROL_EXTENDED: r->control = false; return OK;
	case REFERENCE_NAME: return r->control ? OK : add_reference(r, b);
	case REFERENCE_NAME_16:
		if (!r->control && d->references > 0)
			d->reference[d->references - 1].name16 = b;
		return OK;
	case MODULE_NAME: return add_module(r, b);
	default: return OK;
	}
}

/* Those of the module that was named last. */
static void
module_record(struct vba_entry *m, uint16_t id, struct bytes b)
{
	switch (id) {
	case MODULE_NAME_16: m->name16 = b; break;
	case STREAM_NAME: m->stream = b; break;
	case STREAM_NAME_16: m->stream16 = b; break;
	case OFFSET: m->offset = rec_le32(b, 0); break;
	case TYPE_STANDARD: m->type = VBA_STANDARD; break;
	case TYPE_CLASS: m->type = VBA_CLASS; break;
	default: break;
	}
}

/*
 * Each turn takes six bytes at least, so there are fewer records than a sixth of the
 * stream; size is 32 bits and goes unchecked into cur_take.
 */
enum err
vba_read_dir(struct bytes dir, struct arena *a, struct vba_dir *out)
{
	struct reader r = { .dir = out, .arena = a };
	struct cur c = cur_at(dir, 0);

	*out = (struct vba_dir){ 0 };
	if (rec_le16(dir, 0) != SYSKIND || rec_le32(dir, 2) != 4)
		return ERR_FORMAT;
	while (cur_left(&c) >= 6) {
		uint16_t id = cur_le16(&c);
		uint32_t size = cur_le32(&c);
		struct bytes b = cur_take(&c, id == VERSION ? VERSION_SIZE : size);

		out->cut = !cur_ok(&c);
		if (out->cut)
			break;
		TRY(project_record(&r, id, b));
		if (out->entries > 0)
			module_record(&out->entry[out->entries - 1], id, b);
	}
	return OK;
}

struct bytes
vba_text(struct arena *a, unsigned page, struct bytes s, struct bytes s16)
{
	if (!codepage_known(page) && s16.n > 0)
		return utf_from_16(a, s16);
	return codepage_text(a, page, s);
}
