/* seen.c - see seen.h. */
#include "update/seen.h"

#include <inttypes.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "update/facts.h"

#define HEAD "candor seen 1"

static bool
get_release(struct seen *s, struct bytes value)
{
	struct bytes w[3];
	uint64_t date;

	if (!facts_words(value, w, 3) || !text_number(w[0], &s->sequence) ||
	    !text_number(w[1], &date) || !hash_unhex(w[2], s->statement, 32))
		return false;
	s->date = (int64_t)date;
	return true;
}

static bool
copy_word(char *to, size_t room, struct bytes w)
{
	if (w.n >= room || memchr(w.p, '\0', w.n) != NULL)
		return false;
	memcpy(to, w.p, w.n);
	to[w.n] = '\0';
	return true;
}

static bool
get_log(struct seen *s, struct bytes value)
{
	struct seen_log *l = &s->log[s->nlogs];
	struct bytes w[3];

	return s->nlogs++ < SEEN_LOGS && facts_words(value, w, 3) &&
	       text_number(w[0], &l->head.size) && hash_unhex(w[1], l->head.root.b, 32) &&
	       copy_word(l->origin, sizeof(l->origin), w[2]);
}

static bool
get_rotated(struct seen *s, struct bytes value)
{
	struct seen_rotated *r = &s->rotated[s->nrotated];
	struct bytes w[4];

	return s->nrotated++ < SEEN_ROTATED && facts_words(value, w, 4) &&
	       text_number(w[0], &r->index) && hash_unhex(w[1], s->keys_statement, 32) &&
	       copy_word(r->old_key, sizeof(r->old_key), w[2]) &&
	       copy_word(r->new_key, sizeof(r->new_key), w[3]);
}

enum err
seen_parse(struct bytes text, struct seen *out, struct fault *f)
{
	static const struct {
		const char *key;
		bool (*get)(struct seen *s, struct bytes value);
	} lines[] = {
		{ "release", get_release },
		{ "log", get_log },
		{ "key", get_rotated },
	};
	struct seen s = { 0 };
	struct facts r;
	enum err e = facts_open(&r, text, HEAD);

	while (e == OK && (e = facts_next(&r)) == OK) {
		e = ERR_FORMAT;
		for (size_t i = 0; i < COUNT(lines); i++)
			if (facts_is(&r, lines[i].key) && lines[i].get(&s, r.value))
				e = OK;
	}
	if (e != ERR_END)
		return fault_set(f, FAULT_STATE,
		    "what was seen before cannot be read: the file 'seen' is damaged");
	*out = s;
	return OK;
}

void
seen_print(const struct seen *s, struct buf *out)
{
	buf_str(out, HEAD "\n");
	if (s->sequence > 0) {
		buf_printf(out, "release %" PRIu64 " %" PRId64 " ", s->sequence, s->date);
		facts_put_digest(out, s->statement);
		buf_u8(out, '\n');
	}
	for (size_t i = 0; i < s->nlogs; i++) {
		buf_printf(out, "log %" PRIu64 " ", s->log[i].head.size);
		facts_put_digest(out, s->log[i].head.root.b);
		buf_printf(out, " %s\n", s->log[i].origin);
	}
	for (size_t i = 0; i < s->nrotated; i++) {
		buf_printf(out, "key %" PRIu64 " ", s->rotated[i].index);
		facts_put_digest(out, s->keys_statement);
		buf_printf(out, " %s %s\n", s->rotated[i].old_key, s->rotated[i].new_key);
	}
}

struct seen_log *
seen_find(struct seen *s, struct bytes origin)
{
	for (size_t i = 0; i < s->nlogs; i++)
		if (bytes_eq(bytes_of(s->log[i].origin), origin))
			return &s->log[i];
	return NULL;
}

enum err
seen_grow(
    struct seen *s, struct bytes origin, const struct merkle_head *head, struct fault *f)
{
	struct seen_log *l = seen_find(s, origin);

	if (l == NULL) {
		if (s->nlogs == SEEN_LOGS ||
		    !copy_word(s->log[s->nlogs].origin, SEEN_ORIGIN, origin))
			return fault_set(f, FAULT_STATE,
			    "too many logs were seen, or one with a very long name");
		l = &s->log[s->nlogs++];
	}
	l->head = *head;
	return OK;
}
