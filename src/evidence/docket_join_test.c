#include "evidence/docket_join.h"

#include "evidence/rig.h"
#include "log/tile.h"

/* Bundles of a log in which every entry but some is filler, and the leaves of it. */
struct world {
	struct buf entries, leaves, text;
	struct docket_parts parts;
};

static void
add_entry(struct world *w, struct buf *bundle, struct bytes entry, bool shown)
{
	struct merkle_hash leaf;

	merkle_leaf(entry, &leaf);
	buf_put(&w->leaves, leaf.b, MERKLE_HASH);
	if (!shown)
		return;
	buf_u8(bundle, (uint8_t)(entry.n >> 8));
	buf_u8(bundle, (uint8_t)entry.n);
	buf_put(bundle, entry.p, entry.n);
}

/* n entries, of which those from first on are shown; special stands at index at. */
static void
make(struct world *w, uint64_t n, uint64_t first, uint64_t at, struct bytes special)
{
	struct buf bundle = { 0 };

	*w = (struct world){ 0 };
	for (uint64_t i = 0; i < n; i++) {
		add_entry(
		    w, &bundle, i == at ? special : BYTES_LIT("filler"), i >= first);
		if (i >= first && (i % TILE_WIDTH == TILE_WIDTH - 1 || i + 1 == n)) {
			buf_le32(&w->entries, (uint32_t)bundle.n);
			buf_put(&w->entries, bundle.p, bundle.n);
			buf_clear(&bundle);
		}
	}
	rig_examiners(&w->text, 3, "examiners 2-of-3\n");
	w->parts = (struct docket_parts){ .examiners = buf_bytes(&w->text),
		.entries = buf_bytes(&w->entries),
		.leaves = buf_bytes(&w->leaves),
		.first = first };
	buf_done(&bundle);
}

static void
done(struct world *w)
{
	buf_done(&w->entries);
	buf_done(&w->leaves);
	buf_done(&w->text);
}

/* How many statements come out; SIZE_MAX: a fault. */
static size_t
join(const struct docket_parts *p, enum fault_kind *kind)
{
	struct buf out = { 0 };
	struct fault f = { 0 };
	static struct docket d;
	struct docket_item item;
	size_t n = 0;
	enum err e = docket_join(p, &out, &f);

	*kind = f.kind;
	CHECK((e == OK) == (f.kind == FAULT_NONE));
	docket_open(&d, buf_bytes(&out));
	while (e == OK && docket_next(&d, &item, NULL) == OK)
		n++;
	buf_done(&out);
	return e == OK ? n : SIZE_MAX;
}

/* clang-format off */
static const struct row {
	const char *name;
	struct rig_says says;
	size_t want;
} rows[] = {
	{ "an objection", { 2, .result = ATTEST_FAILED }, 1 },
	{ "a review that objects", { 2, ATTEST_REVIEW, ATTEST_FAILED }, 1 },
	{ "a yes: it comes with its proof, or not at all", { 2 }, 0 },
	{ "nothing came out", { 2, .result = ATTEST_INCONCLUSIVE }, 0 },
	{ "a stranger's", { RIG_STRANGER, .result = ATTEST_FAILED }, 0 },
	{ "under another's name", { RIG_STRANGER, .result = ATTEST_FAILED, .claims_a = true }, 0 },
};
/* clang-format on */

TEST(from_the_log)
{
	static const uint64_t sizes[][3] = { { 1, 0, 0 }, { 256, 0, 255 },
		{ 300, 0, 299 }, { 300, 256, 260 }, { 1000, 512, 512 } };

	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < COUNT(sizes); k++) {
			struct rig r = { 0 };
			struct world w;
			enum fault_kind kind;

			make(&w, sizes[k][0], sizes[k][1], sizes[k][2],
			    buf_bytes(&rig_say(&r, &rows[i].says)->envelope));
			ROW("%s, log %zu", rows[i].name, k);
			EQ_U(join(&w.parts, &kind), rows[i].want);
			done(&w);
			rig_done(&r);
		}
}

/* Entries that are others, missing at the end, or cut anywhere. */
TEST(not_the_log)
{
	struct world w;
	enum fault_kind kind;
	struct bytes whole;

	make(&w, 300, 256, 1000, (struct bytes){ 0 });
	whole = w.parts.entries;
	EQ_U(join(&w.parts, &kind), 0);
	for (size_t n = 1; n < whole.n; n += 7) {
		w.parts.entries = test_copy(bytes_clip(whole, 0, n));
		EQ_U(join(&w.parts, &kind), SIZE_MAX);
		EQ_U(kind, FAULT_ENTRY);
	}
	w.parts.entries = whole;
	w.entries.p[whole.n - 1] ^= 1;
	EQ_U(join(&w.parts, &kind), SIZE_MAX);
	EQ_U(kind, FAULT_ENTRY);
	w.entries.p[whole.n - 1] ^= 1;
	w.parts.first = 255;
	EQ_U(join(&w.parts, &kind), SIZE_MAX); /* the bundle ends too soon */
	done(&w);
}

/* What ours said stays; what strangers said goes when it is shown no more. */
TEST(old_and_new)
{
	struct rig old = { 0 }, new = { 0 };
	struct buf o = { 0 }, n = { 0 };
	struct world w;
	enum fault_kind kind;

	rig_say(&old, &(struct rig_says){ 2, .result = ATTEST_FAILED });
	rig_say(&old, &(struct rig_says){ RIG_STRANGER });
	rig_say(&new, &(struct rig_says){ 0 });
	rig_close(&old);
	rig_close(&new);
	rig_docket(&old, &o);
	rig_docket(&new, &n);
	make(&w, 0, 0, 1, (struct bytes){ 0 });
	w.parts.old = buf_bytes(&o);
	EQ_U(join(&w.parts, &kind), 1);
	w.parts.new = buf_bytes(&n);
	EQ_U(join(&w.parts, &kind), 2);
	w.parts.new = buf_bytes(&o);
	EQ_U(join(&w.parts, &kind), 2);
	w.parts.new = BYTES_LIT("no archive");
	EQ_U(join(&w.parts, &kind), SIZE_MAX);
	EQ_U(kind, FAULT_EVIDENCE);
	w.parts.examiners = BYTES_LIT("nobody\n");
	EQ_U(join(&w.parts, &kind), SIZE_MAX);
	EQ_U(kind, FAULT_EXAMINERS);
	done(&w);
	rig_done(&old);
	rig_done(&new);
	buf_done(&o);
	buf_done(&n);
}
