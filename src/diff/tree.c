#include "diff/tree.h"

#include <stdlib.h>

#include "diff/hex.h"
#include "diff/leaf.h"
#include "diff/meta.h"
#include "diff/pair.h"
#include "diff/rest.h"
#include "diff/rpm.h"
#include "diff/zip.h"
#include "objdiff/objdiff.h"
#include "result/named.h"

#define FRAMES_MAX 20 /* containers in each other; each .deb member takes three */

/* A pair of objects that was begun. */
struct pair {
	struct span a, b;
	struct kind_found ka, kb;
	struct bytes name_a, name_b; /* as who runs them sees them */
	uint64_t told;               /* the run's count when it was begun */
};

/* A pair of containers whose members are being compared. */
struct frame {
	struct pair pair;
	struct members a, b;
	uint64_t mark[2]; /* of the scratch files */
	uint32_t next, same;
};

#define KNOWN_MAX 256 /* pairs that are remembered */
#define KNOWN_LEAST                                                         \
	(16u << 10) /* bytes: below that, looking is cheaper than searching \
		     */

/* A pair that was looked into to its end: it may come again under another name. */
struct known {
	struct span a, b;
	struct bytes name;
	enum diff_class worst;
	unsigned depth; /* of the frame that it is of: its spans live as long */
};

struct tree {
	struct run *run;
	bool members;
	struct known *known; /* KNOWN_MAX */
	unsigned nknown;
	struct frame *frame; /* FRAMES_MAX */
	unsigned depth;
};

static enum diff_class
class_of(struct kind_found k)
{
	if (k.code || kind_is_container(k.kind) || k.kind == KIND_OBJECT)
		return DIFF_CODE; /* what is in a container is not known here */
	if (k.kind == KIND_EMPTY)
		return DIFF_METADATA; /* what became of it, or was it, says more */
	return k.kind == KIND_TEXT ? DIFF_TEXT : DIFF_DATA;
}

static enum diff_class
worse(enum diff_class x, enum diff_class y)
{
	return x > y ? x : y;
}

/* An object file tells more about itself than its first bytes. */
static struct bytes
type_of(struct run *r, const struct pair *p, char out[DIFF_TEXT_MAX])
{
	uint8_t *head = r->windows->a;
	size_t got;

	if (p->ka.kind != KIND_OBJECT || span_read(&p->a, 0, head, KIND_HEAD, &got) != OK)
		return bytes_of(p->ka.type);
	objdiff_type((struct bytes){ head, got }, out, DIFF_TEXT_MAX);
	return bytes_of(out);
}

static void
begin(struct tree *t, const struct pair *p, struct bytes a, struct bytes b)
{
	char type[DIFF_TEXT_MAX];
	const struct difference d = {
		.kind = DIFF_BEGIN,
		.name_a = a,
		.name_b = bytes_eq(a, b) ? (struct bytes){ 0 } : b,
		.type = type_of(t->run, p, type),
		.size_a = p->a.size,
		.size_b = p->b.size,
	};

	run_say(t->run, &d);
	t->run->depth++;
}

static void
end(struct tree *t)
{
	run_say(t->run, &(struct difference){ .kind = DIFF_END });
	t->run->depth--;
}

/* --- pairs that are no containers ----------------------------------------- */

static void
as_bytes(struct run *r, const struct pair *p, enum diff_class cls)
{
	enum err e = hex_diff(r, &p->a, &p->b, cls);

	if (e != OK)
		run_stopped(r, e);
}

static bool
same_kind(const struct pair *p)
{
	return p->ka.kind == p->kb.kind ||
	       (kind_is_stream(p->ka.kind) && kind_is_stream(p->kb.kind));
}

/* A compressor's stream, beside what is none and may be what it holds. */
static bool
is_wrapped(const struct pair *p)
{
	return kind_is_stream(p->ka.kind) != kind_is_stream(p->kb.kind);
}

static void
look_into(struct run *r, const struct pair *p)
{
	enum diff_class cls = worse(class_of(p->ka), class_of(p->kb));
	enum kind kind = p->ka.kind == KIND_EMPTY ? p->kb.kind : p->ka.kind;
	bool from_nothing = p->ka.kind == KIND_EMPTY || p->kb.kind == KIND_EMPTY;
	enum err e;

	if (!same_kind(p) && !(from_nothing && kind == KIND_TEXT)) {
		run_found(r, cls, BYTES_LIT("type"), NULL, "it was %s, and is %s",
		    p->ka.type, p->kb.type);
		as_bytes(r, p, cls);
		return;
	}
	e = leaf_diff(r, kind, &p->a, &p->b, cls);
	if (e == ERR_FORMAT || e == ERR_LIMIT)
		as_bytes(r, p, cls);
	else if (e != OK)
		run_stopped(r, e);
}

/* Two that differ without a word from anybody still differ. */
static void
say_at_least(struct run *r, const struct pair *p)
{
	enum diff_class cls = worse(class_of(p->ka), class_of(p->kb));

	if (r->told != p->told)
		return;
	as_bytes(r, p, cls);
	if (r->told == p->told)
		run_found(r, cls, (struct bytes){ 0 }, NULL, "the bytes differ");
}

/* --- pairs that come again ------------------------------------------------ */

static enum err
same_bytes(struct run *r, const struct span *a, const struct span *b, bool *same)
{
	uint64_t at = 0;

	*same = a->size == b->size;
	if (*same)
		TRY(span_differ(a, b, 0, r->windows, &at));
	*same = *same && at == UINT64_MAX;
	return OK;
}

/* Packages hold the same program more than once: told once, and then by its name. */
static bool
say_known(struct tree *t, const struct pair *p)
{
	struct run *r = t->run;

	for (unsigned i = 0; i < t->nknown; i++) {
		const struct known *k = &t->known[i];
		bool a = false, b = false;

		if (same_bytes(r, &p->a, &k->a, &a) != OK || !a ||
		    same_bytes(r, &p->b, &k->b, &b) != OK || !b)
			continue;
		run_found(r, k->worst, (struct bytes){ 0 }, NULL,
		    "these two are, byte for byte, those called '%.*s' above",
		    (int)(k->name.n < 512 ? k->name.n : 512), (const char *)k->name.p);
		return true;
	}
	return false;
}

static void
remember(struct tree *t, const struct pair *p, struct bytes name, uint64_t gaps)
{
	if (t->nknown < KNOWN_MAX && t->depth > 0 && p->a.size >= KNOWN_LEAST &&
	    p->b.size >= KNOWN_LEAST && t->run->gaps == gaps)
		t->known[t->nknown++] =
		    (struct known){ p->a, p->b, name, t->run->worst, t->depth };
}

/* With a frame go its spans and its names. */
static void
forget(struct tree *t)
{
	while (t->nknown > 0 && t->known[t->nknown - 1].depth >= t->depth)
		t->nknown--;
}

/* --- containers ----------------------------------------------------------- */

static enum err
read_side(struct tree *t, struct frame *f, unsigned side, struct bytes name)
{
	const struct pair *p = &f->pair;

	if (p->ka.kind == KIND_RPM)
		return rpm_members(
		    t->run, side, side ? &p->b : &p->a, side ? &f->b : &f->a);
	if (side == 0)
		return members_read(t->run, 0, p->ka.kind, &p->a, name, NULL, &f->a);
	return members_read(t->run, 1, p->kb.kind, &p->b, name, &f->a, &f->b);
}

static enum err
read_wrapped(struct tree *t, struct frame *f, struct bytes name_a, struct bytes name_b)
{
	const struct pair *p = &f->pair;
	bool second = kind_is_stream(p->kb.kind);
	struct members *in = second ? &f->b : &f->a, *whole = second ? &f->a : &f->b;
	struct bytes name = second ? name_b : name_a;

	TRY(members_read(t->run, second, second ? p->kb.kind : p->ka.kind,
	    second ? &p->b : &p->a, name, NULL, in));
	return members_whole(second ? &p->a : &p->b, in->n > 0 ? in->list[0].name : name,
	    second ? p->ka : p->kb, whole);
}

static enum err
fill_frame(struct tree *t, struct frame *f, struct bytes name_a, struct bytes name_b)
{
	if (is_wrapped(&f->pair)) {
		TRY(read_wrapped(t, f, name_a, name_b));
		return pair_members(t->run, &f->a, &f->b);
	}
	TRY(read_side(t, f, 0, name_a));
	TRY(read_side(t, f, 1, name_b));
	return pair_members(t->run, &f->a, &f->b);
}

static void
drop_frame(struct tree *t, struct frame *f)
{
	members_done(&f->a);
	members_done(&f->b);
	for (unsigned i = 0; i < 2; i++)
		t->run->scratch[i].at = f->mark[i];
	forget(t);
	t->depth--;
}

/* Fill behind the members is as long as the packer's blocks happened to be. */
static enum err
only_zeros(struct run *r, const struct span *s, bool *out)
{
	uint8_t *w = r->windows->a;
	size_t got = 1;

	*out = true;
	for (uint64_t off = 0; *out && off < s->size; off += got) {
		TRY(span_read(s, off, w, SPAN_WINDOW, &got));
		for (size_t i = 0; i < got && *out; i++)
			*out = w[i] == 0;
	}
	return OK;
}

static enum err
both_only_zeros(struct run *r, const struct span *a, const struct span *b, bool *out)
{
	TRY(only_zeros(r, a, out));
	return *out ? only_zeros(r, b, out) : OK;
}

/* What lies behind the members is read by somebody else than tar: a kernel goes on in a
 * cpio, and unpacks what it finds there. */
static void
behind_diff(struct run *r, const struct frame *f)
{
	const struct pair *p = &f->pair;
	struct span a, b;
	uint64_t at = UINT64_MAX;
	bool zeros = false;
	enum err e;

	if (f->a.end > p->a.size || f->b.end > p->b.size)
		return;
	a = span_sub(&p->a, f->a.end, p->a.size - f->a.end);
	b = span_sub(&p->b, f->b.end, p->b.size - f->b.end);
	e = both_only_zeros(r, &a, &b, &zeros);
	if (e == OK && !zeros)
		e = span_differ(&a, &b, 0, r->windows, &at);
	if (e == OK && at != UINT64_MAX) {
		run_note(r, "bytes behind the members differ");
		e = hex_diff(r, &a, &b,
		    p->ka.kind == KIND_CPIO || is_wrapped(p) ? DIFF_CODE : DIFF_DATA);
	}
	if (e != OK)
		run_stopped(r, e);
}

/* Members come from the directory; what a zip holds besides is looked for here. */
static void
zip_rest_diff(struct run *r, const struct pair *p)
{
	enum err e = zip_diff(r, &p->a, &p->b);

	if (e == ERR_FORMAT)
		run_limit(r, "the zip's directory cannot be followed: "
			     "what lies between its members was not looked at");
	else if (e != OK)
		run_stopped(r, e);
}

static void
system_area_diff(struct run *r, const struct pair *p)
{
	/* ECMA-119, 6.2.1: sectors 0 to 15 are the system's, that is, whoever boots it */
	struct span a = span_sub(&p->a, 0, 32768), b = span_sub(&p->b, 0, 32768);
	enum err e = hex_diff(r, &a, &b, DIFF_CODE);

	if (e != OK)
		run_stopped(r, e);
}

/* Nothing in it differs, and its bytes do: how it was made. */
static void
say_packing(struct run *r, const struct frame *f)
{
	const struct pair *p = &f->pair;
	enum kind k = p->ka.kind;

	if (r->told != p->told)
		return;
	if (kind_is_stream(k) || k == KIND_ZIP || k == KIND_7Z || k == KIND_CAB ||
	    k == KIND_RAR)
		run_found(r, DIFF_COMPRESSION, (struct bytes){ 0 }, NULL,
		    "the same content, compressed in another way");
	else
		as_bytes(r, p, DIFF_METADATA);
}

/* Who runs a file by its name finds something else there when it becomes a stream. */
static void
wrapping_diff(struct run *r, const struct pair *p)
{
	bool second = kind_is_stream(p->kb.kind);
	struct bytes name = second ? p->name_b : p->name_a;
	bool told = name.n == 0 || named_stem(name).n < name.n;
	bool run = !told && (second ? p->ka.code : p->kb.code);

	run_found(r, run ? DIFF_CODE : DIFF_COMPRESSION, (struct bytes){ 0 }, NULL,
	    "%s is compressed as %s, and the other is not%s",
	    second ? "the second" : "the first", second ? p->kb.type : p->ka.type,
	    run ? ": what is run under this name is another file" : "");
}

static void
end_container(struct tree *t, struct frame *f)
{
	struct run *r = t->run;
	enum kind k = f->pair.ka.kind;

	if (f->same > 0)
		run_note(r, "%u of %u members are the same", f->same, f->a.n);
	meta_diff(r, &f->a, &f->b);
	if (k == KIND_GZIP && f->pair.kb.kind == KIND_GZIP)
		leaf_gzip_header(r, &f->pair.a, &f->pair.b);
	if (is_wrapped(&f->pair))
		wrapping_diff(r, &f->pair);
	else if (k != f->pair.kb.kind)
		run_found(r, DIFF_COMPRESSION, (struct bytes){ 0 }, NULL,
		    "compressed as %s, and as %s", f->pair.ka.type, f->pair.kb.type);
	if (k == KIND_ZIP && !is_wrapped(&f->pair))
		zip_rest_diff(r, &f->pair);
	if (k == KIND_ISO && !is_wrapped(&f->pair))
		system_area_diff(r, &f->pair);
	if (is_wrapped(&f->pair) || (k != KIND_ZIP && k != KIND_ISO && k != KIND_RPM))
		behind_diff(r, f);
	rest_diff(r, &f->pair.a, k, &f->pair.b, f->pair.kb.kind, is_wrapped(&f->pair));
	say_packing(r, f);
}

static void
only(struct tree *t, const struct member *m, enum diff_kind kind)
{
	enum diff_class cls = m->type == MEMBER_FOLDER ? DIFF_METADATA
			      : m->type == MEMBER_FILE ? class_of(m->kind)
						       : DIFF_CODE;
	const struct difference d = {
		.kind = kind,
		.cls = cls,
		.name_a = m->name,
		.type = bytes_of(m->type == MEMBER_FOLDER ? "folder"
				 : m->type == MEMBER_FILE ? m->kind.type
							  : "link or device"),
		.size_a = kind == DIFF_ONLY_A ? m->span.size : 0,
		.size_b = kind == DIFF_ONLY_B ? m->span.size : 0,
		.what = bytes_of(kind == DIFF_ONLY_A ? "only the first has it"
						     : "only the second has it"),
	};

	run_say(t->run, &d);
}

/* --- the walk ------------------------------------------------------------- */

/* Containers that nothing here reads. */
static bool
is_closed(enum kind k)
{
	return k == KIND_SQUASHFS || k == KIND_XAR;
}

static bool
opens(const struct tree *t, const struct pair *p)
{
	return t->members &&
	       (is_wrapped(p) || (same_kind(p) && kind_is_container(p->ka.kind) &&
				     !is_closed(p->ka.kind)));
}

static void
look_alone(struct tree *t, const struct pair *p, struct bytes name)
{
	struct run *r = t->run;
	uint64_t gaps = r->gaps;

	r->worst = DIFF_TIMESTAMP;
	if (t->members && same_kind(p) && is_closed(p->ka.kind))
		run_found(r, DIFF_CODE, (struct bytes){ 0 }, NULL,
		    "%s is not opened here: its bytes were compared", p->ka.type);
	look_into(r, p);
	say_at_least(r, p);
	remember(t, p, name, gaps);
}

/* Begins a pair; a container stays begun until its frame is done. */
static void
enter(struct tree *t, struct pair p, struct bytes a, struct bytes b)
{
	struct run *r = t->run;
	struct frame *f;
	enum err e;

	p.told = r->told;
	begin(t, &p, a, b);
	if (!opens(t, &p)) {
		if (!say_known(t, &p))
			look_alone(t, &p, a);
		end(t);
		return;
	}
	if (t->depth == FRAMES_MAX || r->depth >= DIFF_DEPTH_MAX) {
		run_limit(r, "containers lie too deep in each other");
		end(t);
		return;
	}
	f = &t->frame[t->depth++];
	*f = (struct frame){ .pair = p, .mark = { r->scratch[0].at, r->scratch[1].at } };
	e = fill_frame(t, f, a, b);
	if (e != OK) {
		run_stopped(r, e);
		drop_frame(t, f);
		end(t);
	}
}

/* The next member of A, then those of B without a partner. */
static void
step(struct tree *t, struct frame *f)
{
	const struct member *m, *p;

	if (f->next >= f->a.n) {
		m = f->b.by_name[f->next++ - f->a.n];
		if (m->partner == NULL)
			only(t, m, DIFF_ONLY_B);
		return;
	}
	m = f->a.by_name[f->next++];
	p = m->partner;
	if (p == NULL) {
		only(t, m, DIFF_ONLY_A);
		return;
	}
	f->same += m->same;
	if (m->same || m->type != MEMBER_FILE || p->type != MEMBER_FILE)
		return;
	enter(t,
	    (struct pair){ .a = m->span,
		.b = p->span,
		.ka = m->kind,
		.kb = p->kind,
		.name_a = m->name,
		.name_b = p->name },
	    m->name, p->name);
}

static void
walk(struct tree *t)
{
	while (t->depth > 0 && t->run->failed == OK) {
		struct frame *f = &t->frame[t->depth - 1];
		bool late = run_late(t->run);

		if (f->next < f->a.n + f->b.n && !late) {
			step(t, f);
			continue;
		}
		if (late && f->next < f->a.n + f->b.n)
			run_limit(t->run, "the time is up");
		else
			end_container(t, f);
		drop_frame(t, f);
		end(t);
	}
	while (t->depth > 0)
		drop_frame(t, &t->frame[t->depth - 1]);
}

static enum err
find_kinds(struct run *r, const struct tree_object *a, const struct tree_object *b,
    struct pair *out)
{
	uint8_t *head = r->windows->a;
	size_t got;

	TRY(span_read(&a->span, 0, head, KIND_HEAD, &got));
	out->ka = kind_of((struct bytes){ head, got }, a->span.size, a->name, a->mode);
	TRY(span_read(&b->span, 0, head, KIND_HEAD, &got));
	out->kb = kind_of((struct bytes){ head, got }, b->span.size, b->name, b->mode);
	return OK;
}

void
tree_run(
    struct run *r, const struct tree_object *a, const struct tree_object *b, bool members)
{
	struct tree t = { .run = r, .members = members };
	struct pair p = { .a = a->span,
		.b = b->span,
		.name_a = a->name,
		.name_b = b->name,
		.ka.type = "file" };
	struct bytes shown_a = a->shown.n ? a->shown : a->name;
	struct bytes shown_b = b->shown.n ? b->shown : b->name;
	uint64_t at = 0;
	enum err e = span_differ(&a->span, &b->span, 0, r->windows, &at);

	if (e == OK && at == UINT64_MAX)
		return; /* the same */
	if (e == OK)
		e = find_kinds(r, a, b, &p);
	t.frame = calloc(FRAMES_MAX, sizeof(*t.frame));
	t.known = calloc(KNOWN_MAX, sizeof(*t.known));
	if (t.frame == NULL || t.known == NULL)
		e = ERR_LIMIT;
	if (e != OK) {
		begin(&t, &p, shown_a, shown_b); /* all that is said is said of a pair */
		run_stopped(r, e);
		end(&t);
	} else {
		enter(&t, p, shown_a, shown_b);
		walk(&t);
	}
	free(t.frame);
	free(t.known);
}
