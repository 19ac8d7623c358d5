/*
 * macho_hash.c - YARA-X's functions over the lists of an image: is a name in it, and the
 * MD5 of them all, once each, in lower case, sorted, with commas between.
 *
 * Names are found in any image of a fat file; hashes are of the thin file, or of the
 * first image when that has none.
 */
#include "base/sort.h"
#include "crypto/hash.h"
#include "format/macho.h"

#define UNDEFINED_EXTERNAL 1 /* nlist.h: N_UNDF | N_EXT, and nothing else */

/* Where a list lies in struct macho_more, and how far its elements are apart. */
struct which {
	size_t at, stride;
};

#define OF(f)                                                        \
	{                                                            \
		offsetof(struct macho_more, f), sizeof(struct bytes) \
	}

static const struct which dylibs = { offsetof(struct macho_more, dylibs),
	sizeof(struct macho_dylib) };
static const struct which rpaths = OF(rpaths), entitlements = OF(entitlements),
			  exports = OF(exports), imports = OF(imports);

static struct fact_array
list_of(const struct macho_image *i, struct which w)
{
	struct fact_array a;

	memcpy(&a, (const uint8_t *)&i->more + w.at, sizeof(a));
	return a;
}

/* The name comes first in every element. */
static struct bytes
name_at(struct fact_array a, struct which w, uint32_t k)
{
	struct bytes name;

	memcpy(&name, (const uint8_t *)a.p + k * w.stride, sizeof(name));
	return name;
}

static bool
image_has(struct fact_call *c, const struct macho_image *i, struct which w)
{
	struct fact_array a = list_of(i, w);

	for (uint32_t k = 0; k < a.n; k++) {
		struct bytes name = name_at(a, w, k);

		if (!c->charge(c->host, 1 + name.n / 8))
			return false;
		if (bytes_same(name, c->arg[0].s))
			return true;
	}
	return false;
}

static void
has(struct fact_call *c, struct which w)
{
	const struct macho *m = c->self;
	const struct macho_image *i = m->files.p;

	c->ret.i = image_has(c, &m->image, w);
	for (uint32_t k = 0; c->ret.i == 0 && k < m->files.n; k++)
		c->ret.i = image_has(c, &i[k], w);
}

/* Without blanks at its ends, in lower case. */
static struct bytes
folded(struct fact_call *c, struct bytes s)
{
	uint8_t *out;

	while (s.n > 0 && (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r')))
		s = bytes_from(s, 1);
	while (s.n > 0 &&
	       (s.p[s.n - 1] == ' ' || (s.p[s.n - 1] >= '\t' && s.p[s.n - 1] <= '\r')))
		s.n--;
	out = arena_alloc(c->arena, s.n + 1);
	for (size_t k = 0; out != NULL && k < s.n; k++)
		out[k] = byte_lower(s.p[k]);
	return (struct bytes){ out, s.n };
}

static int
compare(const void *a, const void *b)
{
	return bytes_cmp(*(const struct bytes *)a, *(const struct bytes *)b);
}

/* The list as the hash takes it; NULL: a budget, or it is empty. */
static struct bytes *
folded_names(
    struct fact_call *c, const struct macho_image *i, struct which w, uint32_t *n)
{
	struct fact_array a = list_of(i, w);
	struct bytes *names = a.n > 0 ? ARENA_ARRAY(c->arena, a.n, struct bytes) : NULL;

	for (uint32_t k = 0; names != NULL && k < a.n; k++) {
		names[k] = folded(c, name_at(a, w, k));
		if (names[k].p == NULL || !c->charge(c->host, 8 + names[k].n))
			return NULL;
	}
	*n = a.n;
	return names;
}

/* The names of symbols that others define, as they stand. */
static struct bytes *
undefined_names(
    struct fact_call *c, const struct macho_image *i, struct which w, uint32_t *n)
{
	const struct macho_nlist *l = i->more.symtab.nlists.p;
	uint32_t all = i->more.symtab.nlists.n;
	struct bytes *names = all > 0 ? ARENA_ARRAY(c->arena, all, struct bytes) : NULL;

	(void)w;
	*n = 0;
	for (uint32_t k = 0; names != NULL && k < all; k++)
		if (l[k].n_type == UNDEFINED_EXTERNAL)
			names[(*n)++] =
			    ((const struct bytes *)i->more.symtab.entries.p)[k];
	return names != NULL && *n > 0 && c->charge(c->host, 8ull * all) ? names : NULL;
}

typedef struct bytes *gather(
    struct fact_call *c, const struct macho_image *i, struct which w, uint32_t *n);

static void
hash_names(struct fact_call *c, struct bytes *names, uint32_t n)
{
	char *hex = arena_alloc(c->arena, 2 * HASH_MAX + 1);
	uint8_t digest[HASH_MAX];
	struct hash h;

	if (hex == NULL)
		return;
	sort(names, n, sizeof(*names), compare);
	hash_init(&h, HASH_MD5);
	for (uint32_t k = 0; k < n; k++) {
		if (k > 0 && bytes_eq(names[k], names[k - 1]))
			continue;
		if (k > 0)
			hash_add(&h, BYTES_LIT(","));
		hash_add(&h, names[k]);
	}
	hash_done(&h, digest);
	hash_hex(digest, hash_size(HASH_MD5), hex);
	c->ret.s = bytes_of(hex);
}

static void
hash(struct fact_call *c, gather *get, struct which w)
{
	const struct macho *m = c->self;
	uint32_t n = 0;
	struct bytes *names = get(c, &m->image, w, &n);

	if (names == NULL && m->files.n > 0)
		names = get(c, m->files.p, w, &n);
	if (names != NULL)
		hash_names(c, names, n);
}

#define HAS(name, list)                            \
	void macho_has_##name(struct fact_call *c) \
	{                                          \
		has(c, list);                      \
	}
#define HASH(name, get, list)                  \
	void macho_##name(struct fact_call *c) \
	{                                      \
		hash(c, get, list);            \
	}

HAS(dylib, dylibs)
HAS(entitlement, entitlements)
HAS(export, exports)
HAS(import, imports)
HAS(rpath, rpaths)
HASH(dylib_hash, folded_names, dylibs)
HASH(entitlement_hash, folded_names, entitlements)
HASH(export_hash, folded_names, exports)
HASH(import_hash, folded_names, imports)
HASH(symhash, undefined_names, imports)
