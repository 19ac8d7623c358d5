/* survey.c - see survey.h. */
#include "handover/survey.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "handover/said.h"

#define ASK "do not unpack it; ask its vendor for one that 'candor handover create' made"

/* --- what a member does, were it unpacked ------------------------------------------- */

/* How bad it is: of the worst the first in the archive is named. */
enum harm { HARM_NONE, HARM_ODD, HARM_NAME, HARM_OUT };

struct finding {
	enum fault_kind kind;
	enum harm harm;
	const char *what; /* behind the name */
	uint64_t member, at;
	bool links;
	struct said_name name, link;
};

/* clang-format off */
static const struct {
	uint8_t type;
	enum fault_kind kind;
	enum harm harm;
	const char *what;
} types[] = {
	{ '1', FAULT_HARDLINK, HARM_OUT, "is a hard link to" },
	{ '2', FAULT_SYMLINK, HARM_OUT, "is a symbolic link to" },
	{ '3', FAULT_DEVICE, HARM_OUT, "is a character device" },
	{ '4', FAULT_DEVICE, HARM_OUT, "is a block device" },
	{ '6', FAULT_FIFO, HARM_OUT, "is a fifo" },
	{ '5', FAULT_FOLDER, HARM_ODD, "is a folder as a member" },
	{ '7', FAULT_KIND, HARM_NAME, "is a contiguous file" },
	{ 'D', FAULT_KIND, HARM_NAME, "is a dumped folder" },
	{ 'M', FAULT_KIND, HARM_NAME, "is a part of a file" },
	{ 'S', FAULT_KIND, HARM_NAME, "is a sparse file" },
	{ 'V', FAULT_KIND, HARM_NAME, "is a label of a volume" },
};
/* clang-format on */

static void
raise(struct finding *f, enum fault_kind kind, enum harm harm, const char *what)
{
	if (harm <= f->harm)
		return;
	f->kind = kind;
	f->harm = harm;
	f->what = what;
}

static bool
goes_up(struct bytes name)
{
	for (size_t at = 0; at <= name.n;) {
		uint64_t slash = bytes_find(name, at, BYTES_LIT("/"));
		size_t end = slash < name.n ? (size_t)slash : name.n;

		if (bytes_eq(bytes_sub(name, at, end - at), BYTES_LIT("..")))
			return true;
		at = end + 1;
	}
	return false;
}

/* Of a folder, whose name ends in a slash, only what leads out counts. */
static void
judge_name(struct bytes name, bool folder, struct finding *f)
{
	const char *fault = ustar_name_fault(name);

	if (name.n > 0 && name.p[0] == '/')
		raise(f, FAULT_ABSOLUTE, HARM_OUT, "has an absolute name");
	else if (goes_up(name))
		raise(f, FAULT_PARENT, HARM_OUT, "leads out: there is '..' in its name");
	else if (!folder && fault != NULL)
		raise(f, FAULT_NAME, HARM_NAME, fault);
}

static void
judge_type(uint8_t type, struct finding *f)
{
	if (type == '0' || type == '\0')
		return;
	for (size_t i = 0; i < COUNT(types); i++)
		if (types[i].type == type)
			raise(f, types[i].kind, types[i].harm, types[i].what);
	raise(f, FAULT_KIND, HARM_ODD, "is of a kind that nobody knows");
}

/* --- names that were there ---------------------------------------------------------- */

/* Half of a digest stands for a name, in a table that is never more than half full. */
struct seen {
	uint64_t (*slot)[2];
	size_t cap, n;
};

/* Where it is, or belongs. */
static uint64_t *
slot_of(const struct seen *s, const uint64_t *key)
{
	size_t i = key[0] & (s->cap - 1);

	while ((s->slot[i][0] | s->slot[i][1]) != 0 &&
	       memcmp(s->slot[i], key, sizeof(s->slot[i])) != 0)
		i = (i + 1) & (s->cap - 1);
	return s->slot[i];
}

static void
grow(struct seen *s)
{
	struct seen more = { .cap = s->cap ? 2 * s->cap : 1024, .n = s->n };

	more.slot = xcalloc(more.cap, sizeof(*more.slot));
	for (size_t i = 0; i < s->cap; i++)
		if ((s->slot[i][0] | s->slot[i][1]) != 0)
			memcpy(
			    slot_of(&more, s->slot[i]), s->slot[i], sizeof(*more.slot));
	free(s->slot);
	*s = more;
}

/* Is it there for the first time? */
static bool
is_new(struct seen *s, struct bytes name)
{
	uint8_t digest[HASH_MAX];
	uint64_t key[2], *to;

	hash_of(HASH_SHA256, name, digest);
	memcpy(key, digest, sizeof(key));
	key[1] |= 1; /* zeros are an empty slot */
	if (s->n >= s->cap / 2)
		grow(s);
	to = slot_of(s, key);
	if ((to[0] | to[1]) != 0)
		return false;
	memcpy(to, key, sizeof(key));
	s->n++;
	return true;
}

/* --- all of them ------------------------------------------------------------------ */

static void
keep(struct finding *worst, const struct finding *one, const struct said *s)
{
	if (one->harm <= worst->harm)
		return;
	*worst = *one;
	worst->member = s->number;
	worst->at = s->at;
	worst->name = s->name;
	worst->link = s->link;
	worst->links = s->type == '1' || s->type == '2';
}

static void
survey(int fd, struct finding *worst)
{
	struct said *s = xcalloc(1, sizeof(*s));
	struct seen seen = { 0 };

	said_open(s, fd);
	while (worst->harm < HARM_OUT && said_next(s) == OK) {
		struct finding one = { 0 };
		struct bytes name = { s->name.p, s->name.n };

		judge_name(name, s->type == '5', &one);
		judge_type(s->type, &one);
		if (!is_new(&seen, name))
			raise(&one, FAULT_TWICE, HARM_NAME, "is there twice");
		keep(worst, &one, s);
	}
	free(seen.slot);
	free(s);
}

/* --- the sentence ----------------------------------------------------------------- */

static enum fault_kind
kind_of(enum ustar_fault fault)
{
	static const enum fault_kind kinds[] = {
		[USTAR_FINE] = FAULT_BUNDLE,
		[USTAR_CUT] = FAULT_BUNDLE,
		[USTAR_FORM] = FAULT_FORM,
		[USTAR_NAMED] = FAULT_NAME,
		[USTAR_TWICE] = FAULT_TWICE,
		[USTAR_ORDER] = FAULT_ORDER,
		[USTAR_CLASH] = FAULT_CLASH,
		[USTAR_LIMIT] = FAULT_TOO_LARGE,
		[USTAR_BYTES] = FAULT_TOO_LARGE,
	};

	return kinds[fault];
}

static enum err
tell_finding(const struct finding *w, struct fault *f)
{
	struct bytes name = { w->name.p, w->name.n }, link = { w->link.p, w->link.n };

	return fault_set(f, w->kind,
	    "this is no handover bundle: '%s' (member %" PRIu64 ", at byte %" PRIu64
	    ") %s%s%s%s%s; " ASK,
	    fault_quote(name), w->member, w->at, w->kind == FAULT_NAME ? "has " : "",
	    w->what, w->links ? " '" : "", w->links ? fault_quote(link) : "",
	    w->links ? "'" : "");
}

static enum err
tell_refusal(const struct archive_refusal *why, struct fault *f)
{
	if (why->fault == USTAR_CUT && why->member == 1)
		return fault_set(
		    f, FAULT_BUNDLE, "this is no handover bundle: %s", why->why);
	return fault_set(f, kind_of(why->fault),
	    "this is no handover bundle: member %" PRIu64 ", at byte %" PRIu64
	    "%s%s%s: %s; " ASK,
	    why->member, why->at, why->name_n > 0 ? " ('" : "",
	    fault_quote((struct bytes){ why->name, why->name_n }),
	    why->name_n > 0 ? "')" : "", why->why);
}

enum err
survey_refused(int fd, const struct archive_refusal *why, struct fault *f)
{
	struct finding *worst = xcalloc(1, sizeof(*worst));
	enum err e;

	survey(fd, worst);
	e = worst->harm > HARM_NONE ? tell_finding(worst, f) : tell_refusal(why, f);
	free(worst);
	return e;
}
