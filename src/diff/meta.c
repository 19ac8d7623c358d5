#include "diff/meta.h"

#include <stdio.h>

#include "base/utc.h"
#include "result/named.h"

#define SPECIAL 07000 /* set-user-id, set-group-id, sticky */

static void
put_u64(struct buf *b, uint64_t v)
{
	buf_printf(b, "%llu", (unsigned long long)v);
}

static bool
time_differs(const struct member *a, const struct member *b)
{
	return a->mtime != b->mtime || a->nsec != b->nsec;
}

static void
put_time(struct buf *b, const struct member *m)
{
	char text[UTC_SIZE];

	if (m->mtime == MEMBER_NO_TIME) {
		buf_str(b, "none");
		return;
	}
	utc_print(m->mtime < 0 ? 0 : m->mtime, text);
	buf_str(b, text);
	if (m->nsec != 0)
		buf_printf(b, " +%u ns", m->nsec);
}

static bool
mode_differs(const struct member *a, const struct member *b)
{
	return ((a->mode ^ b->mode) & ~(uint32_t)SPECIAL) != 0;
}

static void
put_mode(struct buf *b, const struct member *m)
{
	buf_printf(b, "%04o", m->mode);
}

/* Whose rights a program runs with is no detail of packing. */
static bool
special_differs(const struct member *a, const struct member *b)
{
	return ((a->mode ^ b->mode) & SPECIAL) != 0;
}

static bool
owner_differs(const struct member *a, const struct member *b)
{
	return a->uid != b->uid || a->gid != b->gid || !bytes_eq(a->owner, b->owner) ||
	       !bytes_eq(a->group, b->group);
}

static void
put_owner(struct buf *b, const struct member *m)
{
	buf_put(b, m->owner.p, m->owner.n);
	buf_u8(b, ':');
	buf_put(b, m->group.p, m->group.n);
	buf_str(b, " (");
	put_u64(b, m->uid);
	buf_u8(b, ':');
	put_u64(b, m->gid);
	buf_u8(b, ')');
}

static bool
type_differs(const struct member *a, const struct member *b)
{
	return a->type != b->type;
}

static void
put_type(struct buf *b, const struct member *m)
{
	static const char *const names[] = {
		[MEMBER_FILE] = "file",
		[MEMBER_FOLDER] = "folder",
		[MEMBER_LINK] = "symbolic link",
		[MEMBER_HARD] = "hard link",
		[MEMBER_DEVICE] = "device",
		[MEMBER_OTHER] = "fifo or socket",
	};

	buf_str(b, names[m->type]);
}

static bool
target_differs(const struct member *a, const struct member *b)
{
	return !bytes_eq(a->target, b->target);
}

static void
put_target(struct buf *b, const struct member *m)
{
	buf_str(b, "-> ");
	buf_put(b, m->target.p, m->target.n);
}

static bool
device_differs(const struct member *a, const struct member *b)
{
	return a->type == MEMBER_DEVICE && a->device != b->device;
}

static void
put_device(struct buf *b, const struct member *m)
{
	put_u64(b, m->device);
}

static const struct aspect {
	enum diff_class cls;
	const char *where, *one, *many;
	bool (*differs)(const struct member *a, const struct member *b);
	void (*put)(struct buf *b, const struct member *m);
} aspects[] = {
	{ DIFF_TIMESTAMP, "times", "has other times", "have other times", time_differs,
	    put_time },
	{ DIFF_METADATA, "modes", "has other permissions", "have other permissions",
	    mode_differs, put_mode },
	{ DIFF_CODE, "modes",
	    "runs with other rights (set-user-id, set-group-id, sticky)",
	    "run with other rights (set-user-id, set-group-id, sticky)", special_differs,
	    put_mode },
	{ DIFF_METADATA, "owners", "has other owners", "have other owners", owner_differs,
	    put_owner },
	{ DIFF_CODE, "types", "is of another type", "are of another type", type_differs,
	    put_type },
	/* what a link points at is what is run, read or loaded by that name */
	{ DIFF_CODE, "links", "points at something else", "point at something else",
	    target_differs, put_target },
	{ DIFF_CODE, "devices", "is another device", "are other devices", device_differs,
	    put_device },
};

static void
put_line(struct run_lines *l, enum diff_side side, const struct aspect *x,
    const struct member *m)
{
	struct buf b = { 0 };

	buf_put(&b, m->name.p, m->name.n);
	buf_str(&b, "  ");
	x->put(&b, m);
	run_line(l, side, DIFF_NOWHERE, buf_bytes(&b));
	buf_done(&b);
}

static void
aspect_diff(
    struct run *r, const struct members *a, const struct aspect *x, struct run_lines *l)
{
	uint32_t n = 0;

	run_lines_clear(l);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct member *m = a->by_name[i], *p = m->partner;

		if (p == NULL || !x->differs(m, p))
			continue;
		n++;
		put_line(l, DIFF_A, x, m);
		put_line(l, DIFF_B, x, p);
	}
	if (n > 0)
		run_found(r, x->cls, bytes_of(x->where), l, "%u %s %s", n,
		    n == 1 ? "member" : "members", n == 1 ? x->one : x->many);
}

/* The pairs in A's order have to be in B's order, too. */
static void
order_diff(struct run *r, const struct members *a, struct run_lines *l)
{
	uint32_t last = 0, n = 0;

	run_lines_clear(l);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct member *m = &a->list[i], *p = m->partner;

		if (p == NULL)
			continue;
		if (p->order < last) {
			n++;
			run_line(l, DIFF_A, m->order + 1u, m->name);
			run_line(l, DIFF_B, p->order + 1u, p->name);
		} else
			last = p->order;
	}
	if (n > 0)
		run_found(r, DIFF_ORDER, BYTES_LIT("order"), l,
		    "%u %s at another place among the members", n,
		    n == 1 ? "member is" : "members are");
}

static void
names_diff(struct run *r, const struct members *a, bool runs_else, struct run_lines *l)
{
	uint32_t n = 0;

	run_lines_clear(l);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct member *m = a->by_name[i];

		/* one that differs besides is begun with both of its names */
		if (m->partner == NULL || !m->renamed || !m->same ||
		    named_runs_else(m->name, m->partner->name) != runs_else)
			continue;
		n++;
		run_line(l, DIFF_A, DIFF_NOWHERE, m->name);
		run_line(l, DIFF_B, DIFF_NOWHERE, m->partner->name);
	}
	if (n > 0)
		run_found(r, runs_else ? DIFF_CODE : DIFF_METADATA, BYTES_LIT("names"), l,
		    "%u %s renamed, with the same content%s", n,
		    n == 1 ? "member was" : "members were",
		    runs_else ? ": the name says what runs it" : "");
}

void
meta_diff(struct run *r, const struct members *a, const struct members *b)
{
	struct run_lines l;

	if (a->stream && b->stream)
		return; /* the names and times of a stream stand in its header */
	run_lines_init(&l, r);
	for (size_t i = 0; i < COUNT(aspects); i++)
		aspect_diff(r, a, &aspects[i], &l);
	names_diff(r, a, true, &l);
	names_diff(r, a, false, &l);
	order_diff(r, a, &l);
	run_lines_done(&l);
}
