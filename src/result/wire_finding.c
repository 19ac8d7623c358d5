/*
 * wire_finding.c - a finding of any size, as frames that the parent will take.
 *
 * The parent holds one frame of each worker in memory, so it takes none larger than
 * WIRE_FINDING_MAX. A rule with a million matches is one finding to the engine and many
 * frames here; nothing is lost on the way, or it is said.
 */
#include "result/wire.h"

#define PART_MAX  (WIRE_FINDING_MAX / 2)  /* of a frame, for what may be many */
#define BYTES_MAX (WIRE_FINDING_MAX / 16) /* of a name, a tag, a match's data */

/*
 * BYTES_MAX of three texts and PART_MAX / 2 of tags and PART_MAX of matches together stay
 * below WIRE_FINDING_MAX.
 */
static struct bytes
clip(struct bytes b, bool *cut)
{
	*cut |= b.n > BYTES_MAX;
	return bytes_clip(b, 0, BYTES_MAX);
}

/*
 * What matches take, from the first: as many as fit, at least one. One alone is at most
 * 29 bytes and what a scan's options allow of data; room falls to 0 and stays there.
 */
static uint32_t
matches_fit(const struct finding *f)
{
	size_t room = PART_MAX;
	uint32_t n = 0;

	for (; n < f->nmatches; n++) {
		size_t need =
		    WIRE_MATCH_LEAST + f->matches[n].id.n + f->matches[n].data.n;

		if (need > room && n > 0)
			break;
		room -= need < room ? need : room;
	}
	return n;
}

/* Tags and metadata that go beyond the part are left out, from the first that does. */
static bool
rest_fits(struct finding *f)
{
	size_t room = PART_MAX / 2;
	uint32_t tags = 0, metas = 0;
	bool all;

	for (; tags < f->ntags && room >= WIRE_TAG_LEAST + f->tags[tags].n; tags++)
		room -= WIRE_TAG_LEAST + f->tags[tags].n;
	for (; metas < f->nmetas; metas++) {
		const struct finding_meta *m = &f->metas[metas];
		size_t need = num_add(WIRE_META_LEAST, num_add(m->name.n, m->s.n));

		if (need > room)
			break;
		room -= need;
	}
	all = tags == f->ntags && metas == f->nmetas;
	f->ntags = tags;
	f->nmetas = metas;
	return all;
}

static void
send(struct wire_out *o, const struct finding *f)
{
	wire_put_finding(wire_begin(o), f);
	wire_send(o, WIRE_FINDING);
}

/* The text in one or more frames: of facts the reader puts them together again. */
static void
send_text(struct wire_out *o, const struct finding *f)
{
	struct finding part = *f;

	for (size_t at = 0; at == 0 || at < f->text.n; at += PART_MAX) {
		part.text = bytes_clip(f->text, at, PART_MAX);
		send(o, &part);
		part.flags |= FINDING_MORE;
	}
}

void
wire_send_finding(struct wire_out *o, const struct finding *f)
{
	struct finding part = *f;
	bool cut = false;

	part.ns = clip(f->ns, &cut);
	part.rule = clip(f->rule, &cut);
	if (f->kind == FINDING_DUMP) {
		send_text(o, &part);
		return;
	}
	part.text = clip(f->text, &cut);
	cut |= !rest_fits(&part);
	for (;;) {
		uint32_t n = matches_fit(&part), left = part.nmatches - n;

		part.nmatches = n;
		send(o, &part);
		if (left == 0 || o->err != OK)
			break;
		part = (struct finding){ .kind = f->kind,
			.flags = f->flags | FINDING_MORE,
			.matches = part.matches + n,
			.nmatches = left };
	}
	if (cut)
		send(o, &(struct finding){ .kind = FINDING_WARNING,
			    .ns = bytes_clip(f->ns, 0, BYTES_MAX),
			    .rule = bytes_clip(f->rule, 0, BYTES_MAX),
			    .text = BYTES_LIT(
				"what is said about it is longer than is told") });
}
