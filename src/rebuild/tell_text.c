/* tell_text.c - see tell.h: for people, the verdict first. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "handover/layout.h"
#include "rebuild/tell.h"

#define EXTRA_SHOWN 10

static void
put_name(struct buf *out, const char *name)
{
	text_escape(out, bytes_of(name));
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

void
tell_guilty(unsigned guilty, struct buf *out)
{
	const char *comma = "";

	for (unsigned v = 0; v < VARY_COUNT; v++)
		if ((guilty >> v & 1) != 0) {
			buf_printf(out, "%s%s", comma, vary_name(v));
			comma = ", ";
		}
	if ((guilty & REBUILD_BY_ITSELF) != 0)
		buf_printf(out, "%srandomness", comma);
}

/* Other toolchains that were asked for and did not make everything, by name. */
static void
put_unmade(struct buf *out, const struct rebuild *r)
{
	const char *before = "; NOT MADE with ";

	for (size_t i = 1; i < r->pairs; i++)
		if (!rebuild_is_made(&r->pair[i])) {
			buf_str(out, before);
			put_name(out, r->pair[i].toolchain);
			before = ", ";
		}
	buf_u8(out, '\n');
}

static void
put_verdict(struct buf *out, const struct rebuild *r)
{
	const struct rebuild_pair *p = &r->pair[0];
	size_t other = 0, code = 0;

	for (size_t i = 0; i < p->n; i++) {
		other += p->artefact[i].result != REBUILD_SAME;
		code += explain_is_code(&p->artefact[i].to_vendor) ||
			explain_is_code(&p->artefact[i].between);
	}
	if (p->result == REBUILD_SAME)
		buf_printf(out, "bit-identical: yes, %s%zu artefact%s, rebuilt twice",
		    p->n > 1 ? "all " : "", p->n, plural(p->n));
	else if (p->result == REBUILD_UNSURE)
		buf_str(out, "bit-identical: not shown");
	else
		buf_printf(out, "bit-identical: NO: %zu of %zu artefact%s %s%s", other,
		    p->n, plural(p->n),
		    other == 1 ? "is not the vendor's" : "are not the vendor's",
		    code > 0 ? "; CODE DIFFERS" : "");
	put_unmade(out, r);
}

/* --- one artefact -------------------------------------------------------- */

static void
put_explain(struct buf *out, const char *what, const struct explain *e)
{
	if (!e->asked)
		return;
	buf_printf(out, "      %s: ", what);
	explain_classes(e, out);
	buf_u8(out, '\n');
}

static void
put_missing(
    struct buf *out, const struct rebuild_pair *p, const struct rebuild_artefact *a)
{
	static const char *const which[] = { "first", "second" };

	for (size_t i = 0; i < 2; i++) {
		const char *instead = take_instead(&p->build[i].take, a->name);

		if (a->made[i] == NULL && instead != NULL)
			buf_printf(out, "      the %s build left %s in its place\n",
			    which[i], instead);
		else if (a->made[i] == NULL)
			buf_printf(
			    out, "      the %s build did not leave it\n", which[i]);
	}
}

static void
put_made(struct buf *out, const struct rebuild_pair *p, const struct rebuild_artefact *a)
{
	if (a->made[0] == NULL || a->made[1] == NULL)
		put_missing(out, p, a);
	else if (a->as_other)
		buf_printf(out, "      the two builds are alike, and %s the vendor's\n",
		    a->as_vendor[0] ? "as" : "not as");
	else
		buf_printf(out, "      the two builds differ; %s\n",
		    a->as_vendor[0]   ? "the first is as the vendor's"
		    : a->as_vendor[1] ? "the second is as the vendor's"
				      : "neither is as the vendor's");
}

static void
put_guilty(struct buf *out, const struct tell *t, const struct rebuild_artefact *a)
{
	if (!t->plan->blame || a->as_other || a->made[0] == NULL)
		return;
	buf_str(out, "      guilty: ");
	if (a->guilty == 0)
		buf_str(out, "no variation alone");
	else
		tell_guilty(a->guilty, out);
	buf_u8(out, '\n');
}

static void
put_artefact(struct buf *out, const struct tell *t, const struct rebuild_artefact *a)
{
	static const char *const words[] = { "yes", "NO", "NO", "?" };

	buf_printf(out, "  %-3s ", words[a->result]);
	put_name(out, a->name);
	buf_printf(out, "  (from %zu source file%s, %zu input%s)\n", a->sources,
	    plural(a->sources), a->inputs, plural(a->inputs));
	if (a->result == REBUILD_SAME)
		return;
	put_made(out, &t->rebuild->pair[0], a);
	put_explain(out, "to the vendor's", &a->to_vendor);
	put_explain(out, "between the builds", &a->between);
	put_guilty(out, t, a);
}

/* What was left besides that: of the first build. */
static void
put_extra(struct buf *out, const struct tell *t)
{
	struct tell_extra x = { 0 };
	size_t n = 0;

	while (tell_extra_next(t, &t->rebuild->pair[0].build[0], &x)) {
		if (n++ == 0)
			buf_str(out, "left by the build, and promised by nobody:\n");
		if (n > EXTRA_SHOWN && !t->full)
			continue;
		buf_str(out, "      ");
		put_name(out, x.name);
		buf_printf(out, "%s%s\n", x.what ? ": " : "", x.what ? x.what : "");
	}
	if (n > EXTRA_SHOWN && !t->full)
		buf_printf(out, "      ... and %zu more (--all)\n", n - EXTRA_SHOWN);
}

/* --- what differs -------------------------------------------------------- */

/* A page of candor compare, moved to the right, without its empty lines. */
static void
put_page(struct buf *out, const char *left, const char *right, const char *name,
    const struct explain *e)
{
	struct bytes rest = buf_bytes(&e->text);

	if (!e->asked || rest.n == 0)
		return;
	buf_printf(out, "\n%s/", left);
	put_name(out, name);
	buf_printf(out, " and %s/", right);
	put_name(out, name);
	buf_str(out, ":\n");
	while (rest.n > 0) {
		uint64_t end = bytes_find(rest, 0, BYTES_LIT("\n"));
		struct bytes line = bytes_clip(rest, 0, end);

		if (line.n > 0) {
			buf_str(out, "    ");
			buf_put(out, line.p, line.n);
			buf_u8(out, '\n');
		}
		rest = bytes_from(rest, num_add(line.n, 1));
	}
}

static void
put_pages(struct buf *out, const struct rebuild_pair *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct rebuild_artefact *a = &p->artefact[i];

		put_page(out, "vendor", "first", a->name, &a->to_vendor);
		put_page(out, "first", "second", a->name, &a->between);
	}
}

/* --- builds -------------------------------------------------------------- */

static void
put_worlds(struct buf *out, const struct tell *t)
{
	const struct rebuild_pair *p = &t->rebuild->pair[0];

	for (unsigned v = 0; v < VARY_COUNT; v++) {
		buf_printf(out, "  %-12s ", vary_name(v));
		vary_value(&p->build[0].world, v, out);
		buf_str(out, " | ");
		vary_value(&p->build[1].world, v, out);
		if ((t->rebuild->varied >> v & 1) == 0)
			buf_str(out, "  (not varied: this machine has one)");
		buf_u8(out, '\n');
	}
}

static void
put_build(struct buf *out, const struct build *b, const char *name)
{
	char hex[2 * CLOSURE_DIGEST + 1];
	struct buf s = { 0 };

	hash_hex(b->closure.digest, CLOSURE_DIGEST, hex);
	build_describe(b, &s);
	buf_printf(out,
	    "%-6s build: %s; %" PRIu64 " ms, %" PRIu64 " processes, %zu inputs%s\n", name,
	    s.n > 0 ? buf_cstr(&s) : "done", b->count.ms, b->count.started, b->closure.n,
	    b->closure.complete ? "" : " (and more: the list is incomplete)");
	if (b->closure.n > 0)
		buf_printf(out, "  closure %s\n", hex);
	if (b->end != BUILD_DONE && b->tail.n > 0) {
		struct bytes rest = buf_bytes(&b->tail);

		buf_str(out, "  what it printed last:\n");
		while (rest.n > 0) {
			uint64_t end = bytes_find(rest, 0, BYTES_LIT("\n"));

			buf_str(out, "    ");
			text_escape(out, bytes_clip(rest, 0, end));
			buf_u8(out, '\n');
			rest = bytes_from(rest, end == UINT64_MAX ? end : end + 1);
		}
	}
	buf_done(&s);
}

static void
put_signer(struct buf *out, const struct verify_out *seals)
{
	struct buf vkey = { 0 };

	if (seals == NULL)
		return;
	note_key_print(&seals->key, &vkey);
	buf_str(out, "signed by ");
	text_escape(out, buf_bytes(&vkey));
	buf_str(out, seals->trusted
			 ? ", whom you trust\n"
			 : "\nwarning: whose signature that is was not judged: "
			   "give the vendor's key with --key\n");
	buf_done(&vkey);
}

static void
put_root(struct buf *out, const struct tell *t)
{
	const struct build *b = &t->rebuild->pair[0].build[0];
	const char *warning = rebuild_root_warning(t->plan->root);

	buf_printf(out, "root: %s", rebuild_root_name(t->plan->root));
	if (t->plan->made != NULL)
		buf_printf(out, ", made of %zu package%s", t->plan->made->packages,
		    plural(t->plan->made->packages));
	buf_printf(
	    out, "; files of %zu package%s were read\n", b->owner.n, plural(b->owner.n));
	buf_printf(out, "warning: %s\n", warning);
	for (size_t i = 0; i < b->owner.n && t->full; i++) {
		const struct owner_package *p = &b->owner.package[i];

		buf_str(out, "  ");
		put_name(out, p->name);
		buf_u8(out, ' ');
		put_name(out, p->version ? p->version : "?");
		buf_printf(out, "  %zu file%s\n", p->files, plural(p->files));
	}
	if (b->owner.nobodies > 0)
		buf_printf(out, "%zu file%s of the root %s of no package\n",
		    b->owner.nobodies, plural(b->owner.nobodies),
		    b->owner.nobodies == 1 ? "is" : "are");
	for (size_t i = 0; i < b->owner.nobodies && t->full; i++) {
		buf_str(out, "  ");
		put_name(out, b->closure.file[b->owner.nobody[i]].name);
		buf_u8(out, '\n');
	}
}

/* Said where the compiler was asked for and nobody opened it. */
static void
put_unused(struct buf *out, const struct rebuild_pair *p)
{
	if (p->toolchain == NULL ||
	    !((p->build[0].end == BUILD_DONE && p->build[0].unused) ||
		(p->build[1].end == BUILD_DONE && p->build[1].unused)))
		return;
	buf_str(out, "warning: '");
	put_name(out, p->toolchain);
	buf_str(out, "' was NOT USED: the recipe ran without reading it, so this "
		     "says nothing about it\n");
}

static void
put_other(struct buf *out, const struct rebuild_pair *p)
{
	buf_str(out, "\nwith ");
	put_name(out, p->toolchain);
	buf_str(out, rebuild_is_made(p) ? ":\n" : ": NOT MADE\n");
	put_unused(out, p);
	for (size_t i = 0; i < p->n; i++) {
		buf_str(out, "      ");
		put_name(out, p->artefact[i].name);
		buf_u8(out, '\n');
		put_made(out, p, &p->artefact[i]);
		put_explain(out, "to the vendor's", &p->artefact[i].to_vendor);
	}
	put_build(out, &p->build[0], "first");
	put_build(out, &p->build[1], "second");
}

static void
put_bundle(struct buf *out, const struct tell *t)
{
	char hex[2 * LABEL_DIGEST + 1];

	hash_hex(t->plan->bundle->digest, LABEL_DIGEST, hex);
	buf_str(out, "\n");
	text_escape(out, t->plan->bundle->label.product);
	buf_u8(out, ' ');
	text_escape(out, t->plan->bundle->label.version);
	buf_printf(out, ", MANIFEST %s\n", hex);
	put_signer(out, t->plan->seals);
}

/* From what matters most: the verdict, each artefact, what differs, then how. */
void
tell_text(const struct tell *t, struct buf *out)
{
	const struct rebuild *r = t->rebuild;
	const struct rebuild_pair *p = &r->pair[0];

	put_verdict(out, r);
	for (size_t i = 0; i < p->n; i++)
		put_artefact(out, t, &p->artefact[i]);
	put_unused(out, p);
	put_extra(out, t);
	for (size_t i = 0; i < r->pairs; i++)
		put_pages(out, &r->pair[i]);
	for (size_t i = 1; i < r->pairs; i++)
		put_other(out, &r->pair[i]);
	put_bundle(out, t);
	put_root(out, t);
	put_build(out, &p->build[0], "first");
	put_build(out, &p->build[1], "second");
	put_worlds(out, t);
	if (r->blamed > 0)
		buf_printf(out, "%u more builds to find the guilty\n", r->blamed);
}

void
tell_closure(const struct tell *t, struct buf *out)
{
	const struct rebuild_pair *p = &t->rebuild->pair[0];
	const struct closure *c = &p->build[0].closure;

	closure_text(c, out);
	for (size_t i = 0; i < p->n; i++) {
		buf_str(out, "\n# ");
		put_name(out, p->artefact[i].name);
		buf_str(out, " may come from:\n");
		for (size_t k = 0; k < c->n; k++)
			if (p->artefact[i].origin[k]) {
				buf_str(out, "#   ");
				put_name(out, c->file[k].name);
				buf_u8(out, '\n');
			}
	}
}
