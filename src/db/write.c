/*
 * write.c - a database as it grows: sections of records, texts once each, all of it
 * joined and summed at the end. Handles are offsets in 32 bits; a section that would
 * outgrow them is refused as a whole by dbw_finish.
 */
#include "db/write.h"

#include <stdlib.h>

void
dbw_init(struct dbw *w)
{
	*w = (struct dbw){ 0 };
}

void
dbw_done(struct dbw *w)
{
	for (unsigned i = 0; i < DB_NSECTIONS; i++)
		buf_done(&w->section[i]);
	free(w->slots);
	*w = (struct dbw){ 0 };
}

static uint32_t
text_hash(struct bytes t)
{
	return (uint32_t)(db_sum(t) >> 32);
}

static struct bytes
text_at(const struct dbw *w, uint32_t at)
{
	struct bytes s = buf_bytes(&w->section[DB_TEXT]);

	return bytes_sub(s, (uint64_t)at + 4, rec_le32(s, at));
}

/* Slots hold handle + 1; the table is at most half full. */
static uint32_t *
text_slot(const struct dbw *w, uint32_t *slots, uint32_t n, struct bytes t)
{
	uint32_t i = text_hash(t) & (n - 1);

	while (slots[i] != 0 && !bytes_eq(text_at(w, slots[i] - 1), t))
		i = (i + 1) & (n - 1);
	return &slots[i];
}

static void
slots_grow(struct dbw *w)
{
	uint32_t n = w->nslots ? w->nslots * 2 : 1024;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (slots == NULL)
		bug("out of memory");
	for (uint32_t i = 0; i < w->nslots; i++)
		if (w->slots[i] != 0)
			*text_slot(w, slots, n, text_at(w, w->slots[i] - 1)) =
			    w->slots[i];
	free(w->slots);
	w->slots = slots;
	w->nslots = n;
}

/*
 * A section beyond 4 GB would make handles wrap. They are not checked one by one:
 * dbw_finish refuses the whole database then, and nobody reads it before.
 */
uint32_t
dbw_text(struct dbw *w, struct bytes text)
{
	struct buf *b = &w->section[DB_TEXT];
	uint32_t *slot;

	if (w->ntexts * 2 >= w->nslots)
		slots_grow(w);
	slot = text_slot(w, w->slots, w->nslots, text);
	if (*slot == 0) {
		*slot = (uint32_t)b->n + 1;
		w->ntexts++;
		buf_le32(b, (uint32_t)text.n);
		buf_put(b, text.p, text.n);
	}
	return *slot - 1;
}

uint32_t
dbw_record(struct dbw *w, enum db_section_id id, const void *record, size_t size)
{
	struct buf *b = &w->section[id];
	uint32_t index = (uint32_t)(b->n / size);

	buf_put(b, record, size);
	return index;
}

uint32_t
dbw_list(struct dbw *w, const uint32_t *list, uint32_t n)
{
	struct buf *b = &w->section[DB_LISTS];
	uint32_t index = (uint32_t)(b->n / 4);

	buf_put(b, list, (size_t)n * 4);
	return index;
}

enum err
dbw_finish(struct dbw *w, struct buf *out)
{
	struct db_head h = { .magic = DB_MAGIC,
		.version = DB_VERSION,
		.nsections = DB_NSECTIONS,
		.gates = w->gates,
		.needs = w->needs };
	size_t start = out->n;

	buf_put(out, &h, sizeof(h));
	for (unsigned i = 0; i < DB_NSECTIONS; i++) {
		if (w->section[i].n >= UINT32_MAX)
			return ERR_LIMIT;
		buf_align(out, 64);
		h.section[i] = (struct db_section){ out->n - start, w->section[i].n };
		buf_put(out, w->section[i].p, w->section[i].n);
		buf_done(&w->section[i]); /* or all would be there twice at the end */
	}
	buf_align(out, 64);
	if (out->full || start % 64 != 0)
		return ERR_LIMIT;
	h.size = out->n - start;
	memcpy(out->p + start, &h, sizeof(h));
	h.sum = db_file_sum(bytes_from(buf_bytes(out), start));
	memcpy(out->p + start, &h, sizeof(h)); /* now with its sum */
	return OK;
}
