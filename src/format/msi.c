/*
 * msi.c - Windows Installer packages, as the rule module `msi` shows them (YARA-X's
 * fields): who signed.
 *
 * A package is a compound file whose root has a stream "\5DigitalSignature" with the same
 * PKCS #7 that programs have, so the reader of signatures is pe's. What differs is the
 * digest: over all streams, in an order of their own, and the classes of storages. A
 * second stream, "\5MsiDigitalSignatureEx", has a digest of the names, sizes and times
 * beside; its content comes first then. docs/formats/msi.md has the recipe.
 */
#include "base/sort.h"
#include "crypto/hash.h"
#include "format/cfb.h"
#include "format/pe.h"

#define SIGNATURE    "\005DigitalSignature"
#define SIGNATURE_EX "\005MsiDigitalSignatureEx"
#define STEPS_LEAST  (1 << 22) /* for signatures; pe has as many */
#define CFB_NOTES_AT 32        /* in the notes: pe has the lower ones */
#define DEPTH_MOST   16        /* storages in storages; ours, packages have one or two */

/* An entry of the directory where the digest wants it: by storage, then by name. */
struct sorted {
	uint32_t parent, entry;
	const uint8_t *name; /* the 64 bytes of the directory, zeros behind the name */
};

struct msi {
	struct pe pe; /* first: rows of signatures call loads that take a struct pe */
	int64_t is_signed;

	/* From here on private: no fact describes it. */
	struct parse *parse; /* NULL: no compound file */
	struct cfb cfb;
	struct sorted *sorted; /* all entries that are in a storage */
	uint32_t n;
	bool read, spent;
};

static int
compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return memcmp(x->name, y->name, 64);
}

static enum err
sort_entries(struct msi *m)
{
	const struct cfb *c = &m->cfb;

	if (m->sorted != NULL)
		return OK;
	m->sorted = ARENA_ARRAY(m->parse->arena, (size_t)c->n + 1, struct sorted);
	if (m->sorted == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 1; i < c->n; i++)
		if (c->entry[i].parent != CFB_NONE)
			m->sorted[m->n++] =
			    (struct sorted){ c->entry[i].parent, i, c->entry[i].raw.p };
	sort(m->sorted, m->n, sizeof(*m->sorted), compare);
	return OK;
}

/* Where the children of a storage begin. */
static uint32_t
first_child(const struct msi *m, uint32_t storage)
{
	size_t first;

	SORT_FIRST(first, m->n, m->sorted[first].parent >= storage);
	return (uint32_t)first;
}

static bool
is_signature(const struct msi *m, uint32_t entry)
{
	const struct cfb_entry *e = &m->cfb.entry[entry];

	return e->parent == 0 && (bytes_same(e->name, BYTES_LIT(SIGNATURE)) ||
				     bytes_same(e->name, BYTES_LIT(SIGNATURE_EX)));
}

/* One pass over a storage and what is in it; false: it cannot be had whole. */
typedef bool visit_fn(struct msi *m, struct hash *h, uint32_t entry);

/*
 * Each entry has one parent, and the tree no loops (cfb_dir.c), so each is met once;
 * depth bounds the stack. first_child searches by halves, so a storage costs what its
 * children do.
 */
static bool
walk(struct msi *m, struct hash *h, uint32_t storage, visit_fn *stream, visit_fn *before,
    visit_fn *after, unsigned depth)
{
	if (depth == DEPTH_MOST || !before(m, h, storage))
		return false;
	for (uint32_t i = first_child(m, storage);
	     i < m->n && m->sorted[i].parent == storage; i++) {
		uint32_t entry = m->sorted[i].entry;
		bool ok = true;

		if (is_signature(m, entry))
			continue;
		if (m->cfb.entry[entry].type == CFB_STORAGE)
			ok = walk(m, h, entry, stream, before, after, depth + 1);
		else
			ok = stream(m, h, entry);
		if (!ok)
			return false;
	}
	return after(m, h, storage);
}

static bool
nothing(struct msi *m, struct hash *h, uint32_t entry)
{
	(void)m;
	(void)h;
	(void)entry;
	return true;
}

static bool
add_content(struct msi *m, struct hash *h, uint32_t entry)
{
	struct bytes b;
	enum err e = cfb_read(&m->cfb, entry, &b);

	if (e == ERR_LIMIT)
		pe_spend(&m->pe, UINT64_MAX); /* so that the load tells it */
	if (e != OK || b.n != m->cfb.entry[entry].size)
		return false;
	hash_add(h, b);
	return true;
}

static bool
add_class(struct msi *m, struct hash *h, uint32_t entry)
{
	hash_add(h, bytes_sub(m->cfb.entry[entry].raw, 80, 16));
	return true;
}

/* What the directory says: MS-CFB 2.6.1 has the offsets. The root has no name and times.
 */
static bool
add_entry(struct msi *m, struct hash *h, uint32_t entry)
{
	const struct cfb_entry *e = &m->cfb.entry[entry];
	uint16_t length = rec_le16(e->raw, 64);

	if (entry != 0)
		hash_add(h, bytes_sub(e->raw, 0, length < 2 ? 0 : length - 2u));
	if (e->type == CFB_STREAM)
		hash_add(h, bytes_sub(e->raw, 120, 4));
	else
		add_class(m, h, entry);
	hash_add(h, bytes_sub(e->raw, 96, 4));
	if (entry != 0)
		hash_add(h, bytes_sub(e->raw, 100, 16));
	return true;
}

/* The stream with the digest of the directory: is it right? *ex: its content. */
static bool
check_ex(struct msi *m, enum hash_kind k, struct bytes *ex)
{
	uint32_t entry = cfb_find(&m->cfb, 0, SIGNATURE_EX);
	uint8_t digest[HASH_MAX];
	struct hash h;

	*ex = (struct bytes){ 0 };
	if (entry == CFB_NONE)
		return true;
	hash_init(&h, k);
	if (cfb_read(&m->cfb, entry, ex) != OK ||
	    !walk(m, &h, 0, add_entry, add_entry, nothing, 0)) {
		hash_done(&h, digest);
		return false;
	}
	hash_done(&h, digest);
	return bytes_eq(*ex, (struct bytes){ digest, hash_size(k) });
}

/* The digest that is signed; false: something of it cannot be had, or is not as told. */
static bool
msi_digest(struct pe *pe, unsigned hash_kind, uint8_t *out)
{
	struct msi *m = (struct msi *)pe;
	struct bytes ex;
	struct hash h;
	bool ok;

	if (sort_entries(m) != OK || !check_ex(m, hash_kind, &ex))
		return false;
	hash_init(&h, hash_kind);
	hash_add(&h, ex);
	ok = walk(m, &h, 0, add_content, nothing, add_class, 0);
	hash_done(&h, out);
	return ok;
}

/* Reads the signature's stream, and hands it to pe's reader. */
static enum err
read_package(struct msi *m)
{
	struct parse *p = m->parse;
	uint32_t entry;
	enum err e = cfb_open(p->file, p->arena, &m->cfb);

	p->notes |= m->cfb.notes << CFB_NOTES_AT;
	TRY(e);
	entry = cfb_find(&m->cfb, 0, SIGNATURE);
	if (entry == CFB_NONE)
		return OK;
	TRY(cfb_read(&m->cfb, entry, &m->pe.signed_data));
	if (m->pe.signed_data.p == NULL)
		return OK;
	m->pe.parse = p;
	m->pe.file = p->file;
	m->pe.budget = num_add(STEPS_LEAST, num_mul(p->file.n, 8));
	m->pe.digest = msi_digest;
	TRY(pe_load_signatures(&m->pe));
	m->is_signed = m->pe.signatures.n > 0;
	return OK;
}

/* Once. */
static enum err
msi_load(void *facts)
{
	struct msi *m = facts;

	if (m->parse == NULL)
		return OK;
	if (!m->read) {
		m->read = true;
		m->is_signed = 0;
		m->spent = read_package(m) != OK || m->parse->arena->spent;
	}
	return m->spent ? ERR_LIMIT : OK;
}

static enum err
msi_open(struct parse *p)
{
	struct msi *m = p->facts;

	if (!cfb_probe(p->file)) {
		m->is_signed = 0;
		return ERR_FORMAT;
	}
	m->parse = p;
	return OK;
}

/* Less sure than olecf: any compound file may be signed so. */
static int
msi_probe(struct bytes head, uint64_t size)
{
	(void)size;
	return cfb_probe(head) ? 1 : 0;
}

/* clang-format off */
static const struct fact msi_facts[] = {
	{ .name = "is_signed", .type = FACT_INT, .at = offsetof(struct msi, is_signed),
	  .load = msi_load },
	{ .name = "signatures", .type = FACT_ARRAY, .at = offsetof(struct msi, pe.signatures),
	  .stride = sizeof(struct pe_signature), .sub = pe_signature_facts, .load = msi_load },
	FACT_LAST,
};
/* clang-format on */

const struct format format_msi = {
	.name = "msi",
	.facts = msi_facts,
	.facts_size = sizeof(struct msi),
	.probe = msi_probe,
	.open = msi_open,
	.yarax = true,
};
