/*
 * pe_fn.c - the functions of the module pe.
 *
 * The part that a function reads was loaded before the call (base/fact.h). On a
 * file that is no PE each is undefined. YARA hands names to C functions, so an
 * argument ends at its first NUL where YARA's does.
 */
#include "crypto/hash.h"
#include "format/pe.h"

#define FLAG_STANDARD 1
#define FLAG_DELAYED  2

/* The PE that c is called for, or NULL: leave the result undefined. */
static struct pe *
pe_of(const struct fact_call *c)
{
	struct pe *pe = c->self;

	return pe != NULL && pe->parse != NULL ? pe : NULL;
}

static struct bytes
c_string(struct bytes s)
{
	const uint8_t *nul = s.n ? memchr(s.p, 0, s.n) : NULL;

	return nul ? (struct bytes){ s.p, (size_t)(nul - s.p) } : s;
}

/* The sum that the loader checks: 16-bit words with carry, plus the length. */
static uint64_t
checksum(struct bytes file, uint64_t skip)
{
	uint64_t sum = 0;
	size_t i = 0;

	for (; i + 4 <= file.n; i += 4) {
		if (i == skip) /* the field itself, when it is aligned as it should be */
			continue;
		sum += le32(file.p + i);
		sum = (sum & 0xffffffff) + (sum >> 32);
	}
	for (unsigned shift = 0; i < file.n; i++, shift += 8)
		sum += (uint64_t)file.p[i] << shift;
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return (sum & 0xffff) + file.n;
}

void
pe_calculate_checksum(struct fact_call *c)
{
	struct pe *pe = pe_of(c);

	if (pe == NULL)
		return;
	if (pe->computed_checksum == 0) {
		if (!c->charge(c->host, pe->file.n / 16))
			return;
		pe->computed_checksum = (int64_t)checksum(pe->file, pe->optional + 64);
	}
	c->ret.i = pe->computed_checksum;
}

/* A library's name as the import hash has it: without .dll, .ocx or .sys. */
static struct bytes
stem_of(struct bytes name)
{
	const uint8_t *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
	size_t n = dot ? (size_t)(dot - name.p) : name.n;
	struct bytes ext = bytes_sub(name, n, 4);

	if (ext.p != NULL &&
	    (bytes_same(ext, BYTES_LIT(".dll")) || bytes_same(ext, BYTES_LIT(".ocx")) ||
		bytes_same(ext, BYTES_LIT(".sys"))))
		name.n = n;
	return name;
}

/* Bytes on their way to the digest, lower-cased and in larger pieces. */
struct lowered {
	struct hash hash;
	uint8_t p[1024];
	size_t n;
};

static void
lowered_flush(struct lowered *l)
{
	hash_add(&l->hash, (struct bytes){ l->p, l->n });
	l->n = 0;
}

static void
lowered_add(struct lowered *l, struct bytes b)
{
	for (size_t i = 0; i < b.n; i++) {
		if (l->n == sizeof(l->p))
			lowered_flush(l);
		l->p[l->n++] = byte_lower(b.p[i]);
	}
}

/*
 * MD5 of "library.function" of all imports, lower case, with commas between. Thunks
 * may share their names, so a file of 64 KB has 12 MB to hash: each is charged.
 * False: the budget is spent, and digest is that of a part.
 */
static bool
hash_imports(struct fact_call *c, const struct pe *pe, uint8_t *digest)
{
	const struct pe_import *lib = pe->import_details.p;
	struct lowered l;
	bool first = true, paid = true;

	l.n = 0;
	hash_init(&l.hash, HASH_MD5);
	for (uint32_t i = 0; i < pe->import_details.n; i++) {
		const struct pe_function *f = lib[i].functions.p;
		struct bytes stem = stem_of(lib[i].library_name);

		for (uint32_t j = 0; j < lib[i].functions.n && paid; j++) {
			paid = c->charge(c->host, stem.n + f[j].name.n);
			if (!first)
				lowered_add(&l, BYTES_LIT(","));
			lowered_add(&l, stem);
			lowered_add(&l, BYTES_LIT("."));
			lowered_add(&l, f[j].name);
			first = false;
		}
	}
	lowered_flush(&l);
	hash_done(&l.hash, digest);
	return paid;
}

void
pe_imphash(struct fact_call *c)
{
	struct pe *pe = pe_of(c);
	uint8_t digest[HASH_MAX];
	char *hex;

	if (pe == NULL)
		return;
	if (pe->imphash.p == NULL) {
		hex = arena_alloc(pe->parse->arena, 33);
		if (hex == NULL || !hash_imports(c, pe, digest))
			return;
		hash_hex(digest, 16, hex);
		pe->imphash = bytes_of(hex);
	}
	c->ret.s = pe->imphash;
}

void
pe_section_index_name(struct fact_call *c)
{
	const struct pe *pe = pe_of(c);
	const struct pe_section *s = pe ? pe->sections.p : NULL;

	for (uint32_t i = 0; pe != NULL && i < pe->sections.n; i++)
		if (bytes_eq(c_string(s[i].name), c_string(c->arg[0].s))) {
			c->ret.i = i;
			return;
		}
}

void
pe_section_index_addr(struct fact_call *c)
{
	const struct pe *pe = pe_of(c);
	const struct pe_section *s = pe ? pe->sections.p : NULL;
	int64_t at = c->arg[0].i;

	for (uint32_t i = 0; pe != NULL && i < pe->sections.n; i++)
		if (at >= s[i].raw_data_offset &&
		    at < s[i].raw_data_offset + s[i].raw_data_size) {
			c->ret.i = i;
			return;
		}
}

/* What a search among exports compares; one of the kinds of argument. */
typedef bool export_match(const struct fact_call *c, const struct pe_export *x);

static bool
export_name_is(const struct fact_call *c, const struct pe_export *x)
{
	return x->name.p != NULL && bytes_same(x->name, c->arg[0].s);
}

static bool
export_regex_is(const struct fact_call *c, const struct pe_export *x)
{
	return x->name.p != NULL && c->re_match(c->host, c->arg[0].re, x->name);
}

static bool
export_ordinal_is(const struct fact_call *c, const struct pe_export *x)
{
	return x->ordinal == c->arg[0].i;
}

/* The index of the first match, or -1. */
static int64_t
find_export(struct fact_call *c, const struct pe *pe, export_match *match)
{
	const struct pe_export *x = pe->export_details.p;

	if (!c->charge(c->host, pe->export_details.n))
		return -1;
	for (uint32_t i = 0; i < pe->export_details.n; i++)
		if (match(c, &x[i]))
			return i;
	return -1;
}

static void
exports(struct fact_call *c, export_match *match)
{
	const struct pe *pe = pe_of(c);

	if (pe != NULL)
		c->ret.i = find_export(c, pe, match) >= 0;
}

static void
exports_index(struct fact_call *c, export_match *match)
{
	const struct pe *pe = pe_of(c);
	int64_t i = pe ? find_export(c, pe, match) : -1;

	if (i >= 0)
		c->ret.i = i;
}

void
pe_exports_name(struct fact_call *c)
{
	exports(c, export_name_is);
}

void
pe_exports_regex(struct fact_call *c)
{
	exports(c, export_regex_is);
}

void
pe_exports_index_name(struct fact_call *c)
{
	exports_index(c, export_name_is);
}

void
pe_exports_index_regex(struct fact_call *c)
{
	exports_index(c, export_regex_is);
}

/* Ordinals above the count of exports are never found, whatever their base. */
static bool
ordinal_in_range(const struct fact_call *c)
{
	const struct pe *pe = pe_of(c);

	return pe != NULL && c->arg[0].i != 0 && c->arg[0].i <= pe->number_of_exports;
}

void
pe_exports_ordinal(struct fact_call *c)
{
	if (ordinal_in_range(c))
		exports(c, export_ordinal_is);
	else if (pe_of(c) != NULL)
		c->ret.i = 0;
}

void
pe_exports_index_ordinal(struct fact_call *c)
{
	if (ordinal_in_range(c))
		exports_index(c, export_ordinal_is);
}

/* What a search among imports compares, and what it wants to know. */
struct wanted {
	struct bytes library, name;
	const void *library_re, *name_re;
	int64_t ordinal;
	enum { BY_LIBRARY, BY_NAME, BY_ORDINAL, BY_REGEX } by;
};

static bool
library_matches(const struct fact_call *c, const struct wanted *w, struct bytes name)
{
	if (w->by == BY_REGEX)
		return c->re_match(c->host, w->library_re, name);
	return bytes_same(name, w->library);
}

static bool
function_matches(
    const struct fact_call *c, const struct wanted *w, const struct pe_function *f)
{
	switch (w->by) {
	case BY_LIBRARY: return true;
	case BY_NAME: return bytes_same(f->name, w->name);
	case BY_ORDINAL: return f->ordinal != FACT_UNDEF && f->ordinal == w->ordinal;
	case BY_REGEX: return c->re_match(c->host, w->name_re, f->name);
	}
	return false;
}

/* How many functions match; *first is the first of them. */
static int64_t
count_imports(struct fact_call *c, struct fact_array libs, const struct wanted *w,
    const struct pe_function **first)
{
	const struct pe_import *lib = libs.p;
	int64_t n = 0;

	for (uint32_t i = 0; i < libs.n; i++) {
		const struct pe_function *f = lib[i].functions.p;

		if (!c->charge(c->host, 1) || !library_matches(c, w, lib[i].library_name))
			continue;
		if (!c->charge(c->host, lib[i].functions.n))
			break;
		for (uint32_t j = 0; j < lib[i].functions.n; j++)
			if (function_matches(c, w, &f[j]) && n++ == 0 && first != NULL)
				*first = &f[j];
	}
	return n;
}

/* A name or an ordinal is there or not; libraries and regexes are counted. */
static void
imports(struct fact_call *c, int64_t flags, const struct wanted *w)
{
	const struct pe *pe = pe_of(c);
	int64_t n = 0;

	if (pe == NULL)
		return;
	if (flags & FLAG_STANDARD)
		n += count_imports(c, pe->import_details, w, NULL);
	if (flags & FLAG_DELAYED)
		n += count_imports(c, pe->delayed_import_details, w, NULL);
	c->ret.i = w->by == BY_NAME || w->by == BY_ORDINAL ? n > 0 : n;
}

static struct wanted
want_name(const union fact_value *arg)
{
	return (struct wanted){
		.by = BY_NAME, .library = c_string(arg[0].s), .name = c_string(arg[1].s)
	};
}

static struct wanted
want_ordinal(const union fact_value *arg)
{
	return (struct wanted){
		.by = BY_ORDINAL, .library = c_string(arg[0].s), .ordinal = arg[1].i
	};
}

static struct wanted
want_library(const union fact_value *arg)
{
	return (struct wanted){ .by = BY_LIBRARY, .library = c_string(arg[0].s) };
}

static struct wanted
want_regex(const union fact_value *arg)
{
	return (struct wanted){
		.by = BY_REGEX, .library_re = arg[0].re, .name_re = arg[1].re
	};
}

#define IMPORTS(name, want)                              \
	void pe_imports_##name(struct fact_call *c)      \
	{                                                \
		struct wanted w = want(c->arg);          \
		imports(c, FLAG_STANDARD, &w);           \
	}                                                \
	void pe_imports_flag_##name(struct fact_call *c) \
	{                                                \
		struct wanted w = want(c->arg + 1);      \
		imports(c, c->arg[0].i, &w);             \
	}

IMPORTS(name, want_name)
IMPORTS(ordinal, want_ordinal)
IMPORTS(dll, want_library)
IMPORTS(regex, want_regex)
#undef IMPORTS

/* Where the loader will put the function's address. Names are compared whole. */
static void
import_rva(struct fact_call *c, struct fact_array libs, struct wanted w)
{
	const struct pe_function *f = NULL;

	w.library = c->arg[0].s;
	if (w.by == BY_NAME)
		w.name = c->arg[1].s;
	if (count_imports(c, libs, &w, &f) > 0)
		c->ret.i = f->rva;
}

#define IMPORT_RVA(fn, list, want)                                   \
	void fn(struct fact_call *c)                                 \
	{                                                            \
		if (pe_of(c) != NULL)                                \
			import_rva(c, pe_of(c)->list, want(c->arg)); \
	}

IMPORT_RVA(pe_import_rva_name, import_details, want_name)
IMPORT_RVA(pe_import_rva_ordinal, import_details, want_ordinal)
IMPORT_RVA(pe_delayed_rva_name, delayed_import_details, want_name)
IMPORT_RVA(pe_delayed_rva_ordinal, delayed_import_details, want_ordinal)
#undef IMPORT_RVA

/* A language given by name is undefined, and YARA compares even that. */
static void
any_language(struct fact_call *c, int64_t mask)
{
	const struct pe *pe = pe_of(c);
	const struct pe_resource *r = pe ? pe->resources.p : NULL;

	if (pe == NULL || !c->charge(c->host, pe->resources.n))
		return;
	c->ret.i = 0;
	for (uint32_t i = 0; i < pe->resources.n; i++)
		if ((r[i].language & mask) == c->arg[0].i)
			c->ret.i = 1;
}

void
pe_locale(struct fact_call *c)
{
	any_language(c, 0xffff);
}

void
pe_language(struct fact_call *c)
{
	any_language(c, 0xff);
}

void
pe_is_dll(struct fact_call *c)
{
	if (pe_of(c) != NULL)
		c->ret.i = pe_of(c)->characteristics & 0x2000; /* the bit, not 1 */
}

void
pe_is_32bit(struct fact_call *c)
{
	if (pe_of(c) != NULL)
		c->ret.i = !pe_of(c)->wide;
}

void
pe_is_64bit(struct fact_call *c)
{
	if (pe_of(c) != NULL)
		c->ret.i = pe_of(c)->wide;
}

void
pe_offset_of_rva(struct fact_call *c)
{
	struct pe *pe = pe_of(c);

	if (pe == NULL)
		return;
	uint64_t spent = pe->steps;
	int64_t at = pe_rva_to_offset(pe, (uint64_t)c->arg[0].i);

	pe->steps = spent; /* the rule's work, not the parser's */
	if (c->charge(c->host, 1 + pe->nmap / 8) && at >= 0)
		c->ret.i = at;
}

void
pe_valid_on(struct fact_call *c)
{
	const struct pe_signature *s = c->self;

	if (s->cert.not_before == FACT_UNDEF || s->cert.not_after == FACT_UNDEF)
		return;
	c->ret.i = c->arg[0].i >= s->cert.not_before && c->arg[0].i <= s->cert.not_after;
}
