/* lists.c - see lists.h. */
#include "handover/lists.h"

#include "base/sort.h"
#include "base/ustar.h"
#include "handover/label.h"
#include "handover/layout.h"

/* --- names ---------------------------------------------------------------------- */

static enum err
too_large(const char *member, struct fault *f)
{
	return fault_set(f, FAULT_TOO_LARGE, "'%s' has more lines than are read", member);
}

static enum err
add_name(struct list_names *l, size_t *cap, struct arena *a, struct bytes name)
{
	struct bytes *to = (void *)(uintptr_t)l->name;

	if (l->n == *cap)
		to = arena_grow(a, to, cap, l->n + 1, sizeof(*to));
	if (to == NULL)
		return ERR_LIMIT;
	l->name = to;
	to[l->n++] = name;
	return OK;
}

/* May name stand behind last? */
static const char *
name_fault(const struct list_names *l, struct bytes name)
{
	const char *fault = ustar_name_fault(name);

	if (fault == NULL && l->n > 0 && ustar_name_cmp(l->name[l->n - 1], name) >= 0)
		fault = "out of order";
	return fault;
}

enum err
list_names_parse(const char *member, struct bytes text, struct arena *a,
    struct list_names *out, struct fault *f)
{
	struct lines l = lines_of(member, text);
	struct list_names names = { 0 };
	size_t cap = 0;
	enum err e;

	while ((e = lines_next(&l, f)) == OK) {
		const char *fault = name_fault(&names, l.line);

		if (fault != NULL)
			return lines_fault(&l, f, fault);
		if (add_name(&names, &cap, a, l.line) != OK)
			return too_large(member, f);
	}
	*out = names;
	return e == ERR_END ? OK : e;
}

/* The first that is not before name. */
static size_t
lower(const struct list_names *l, struct bytes name)
{
	size_t lo;

	SORT_FIRST(lo, l->n, ustar_name_cmp(l->name[lo], name) >= 0);
	return lo;
}

bool
list_has(const struct list_names *l, struct bytes name)
{
	size_t at = lower(l, name);

	return at < l->n && bytes_eq(l->name[at], name);
}

bool
list_has_above(const struct list_names *l, struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' && list_has(l, bytes_sub(name, 0, i)))
			return true;
	return false;
}

const struct bytes *
list_below(const struct list_names *l, struct bytes name)
{
	size_t at = lower(l, name);

	/* what lies in a folder stands right behind the place of the folder's own name */
	if (at < l->n && bytes_eq(l->name[at], name))
		at++;
	if (at < l->n && l->name[at].n > name.n && l->name[at].p[name.n] == '/' &&
	    memcmp(l->name[at].p, name.p, name.n) == 0)
		return &l->name[at];
	return NULL;
}

/* --- links ---------------------------------------------------------------------- */

static size_t
depth(struct bytes name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '/';
	return n;
}

const char *
list_target_fault(struct bytes name, struct bytes target)
{
	size_t up = 0;
	struct bytes rest = target;

	if (target.n == 0 || target.p[0] == '/')
		return target.n ? "a link to an absolute name" : "a link to nothing";
	while (rest.n >= 2 && memcmp(rest.p, "..", 2) == 0 &&
	       (rest.n == 2 || rest.p[2] == '/')) {
		rest = bytes_from(rest, rest.n == 2 ? 2 : 3);
		up++;
	}
	while (rest.n > 2 && memcmp(rest.p, "./", 2) == 0)
		rest = bytes_from(rest, 2);
	if (up > depth(name))
		return "a link that leads out of the source";
	/* ".", "..", or up to a folder and nothing more */
	if (rest.n == 0 || bytes_eq(rest, BYTES_LIT(".")))
		return NULL;
	if (rest.p[rest.n - 1] == '/')
		rest.n--;
	return ustar_name_fault(rest) != NULL
		   ? "a link whose target is no plain relative name"
		   : NULL;
}

static const char *
link_fault(const struct list_names *before, struct bytes name, struct bytes target)
{
	const char *fault = name_fault(before, name);

	return fault != NULL ? fault : list_target_fault(name, target);
}

enum err
list_links_parse(
    struct bytes text, struct arena *a, struct list_links *out, struct fault *f)
{
	struct lines l = lines_of(LAYOUT_LINKS, text);
	struct list_names names = { 0 }, targets = { 0 };
	size_t cap[2] = { 0 };
	struct bytes name, target;
	enum err e;

	while ((e = lines_next(&l, f)) == OK) {
		const char *fault = lines_split(l.line, '\t', &name, &target)
					? link_fault(&names, name, target)
					: "not a name, a tab and a target";

		if (fault != NULL)
			return lines_fault(&l, f, fault);
		if (add_name(&names, &cap[0], a, name) != OK ||
		    add_name(&targets, &cap[1], a, target) != OK)
			return too_large(LAYOUT_LINKS, f);
	}
	*out = (struct list_links){ names, targets.name };
	return e == ERR_END ? OK : e;
}

/* --- what was left out ---------------------------------------------------------- */

enum err
list_left_next(struct lines *l, struct list_left *out, struct fault *f)
{
	TRY(lines_next(l, f));
	if (!lines_split(l->line, '\t', &out->what, &out->why) || out->what.n == 0 ||
	    out->why.n == 0)
		return lines_fault(l, f, "not a name, a tab and a reason");
	return OK;
}

/* --- claims --------------------------------------------------------------------- */

/* Takes "word value" if that is the next line. */
static enum err
claim_line(
    struct lines *l, const char *word, bool must, struct bytes *out, struct fault *f)
{
	struct lines next = *l;
	struct bytes v;
	enum err e = lines_next(&next, f);

	if (e != OK && e != ERR_END)
		return e;
	if (e == OK && lines_word(next.line, word, &v)) {
		*l = next;
		*out = v;
		return OK;
	}
	if (!must)
		return OK;
	return e == ERR_END ? fault_set(f, FAULT_TEXT, "'%s' ends where '%s' must stand",
				  l->name, word)
			    : lines_fault(&next, f, "not the line that must stand here");
}

enum err
list_claim_next(struct lines *l, struct list_claim *out, struct fault *f)
{
	struct list_claim c = { 0 };

	if (l->rest.n == 0)
		return ERR_END;
	if (l->n > 0) {
		TRY(lines_next(l, f));
		if (l->line.n > 0)
			return lines_fault(l, f, "a claim goes on where it must end");
	}
	TRY(claim_line(l, "claim", true, &c.id, f));
	if (!label_name_ok(c.id))
		return lines_fault(l, f, "not a claim's name");
	TRY(claim_line(l, "says", true, &c.says, f));
	TRY(claim_line(l, "check", false, &c.check, f));
	TRY(claim_line(l, "expect", false, &c.expect, f));
	*out = c;
	return OK;
}

/* --- packages ------------------------------------------------------------------- */

enum err
list_package_next(struct lines *l, struct list_package *out, struct fault *f)
{
	struct list_package p = { 0 };
	struct bytes rest, sum;

	TRY(lines_next(l, f));
	if (!lines_split(l->line, ' ', &p.name, &rest) ||
	    !lines_split(rest, ' ', &p.version, &rest) ||
	    !lines_split(rest, ' ', &p.arch, &sum) || !label_name_ok(p.name) ||
	    !label_name_ok(p.version) || !label_name_ok(p.arch))
		return lines_fault(
		    l, f, "not a package's name, version, architecture and digest");
	p.known = label_digest(sum, p.sha256);
	if (!p.known && !bytes_eq(sum, BYTES_LIT("-")))
		return lines_fault(l, f, "not a package's digest");
	*out = p;
	return OK;
}

void
list_put_deb(struct buf *out, struct bytes name, struct bytes version, struct bytes arch)
{
	buf_put(out, name.p, name.n);
	buf_u8(out, '_');
	for (size_t i = 0; i < version.n; i++)
		if (version.p[i] == ':')
			buf_str(out, "%3a");
		else
			buf_u8(out, version.p[i]);
	buf_u8(out, '_');
	buf_put(out, arch.p, arch.n);
	buf_str(out, ".deb");
}
