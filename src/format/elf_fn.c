/*
 * elf_fn.c - the functions of the module elf: digests of what a program imports.
 *
 * Both make one text of symbol names, sorted, with commas between, and take a digest of
 * it. The names are those of the dynamic symbols where there are such, else of the
 * others; the tables were loaded before the call (base/fact.h).
 */
#include "base/sort.h"
#include "crypto/hash.h"
#include "format/elf.h"
#include "format/tlsh.h"

#define STB_GLOBAL  1
#define STT_FUNC    2
#define STV_DEFAULT 0
#define SHN_UNDEF   0

/*
 * Names are in the arena, in lower case; total is what joined() will need, so its copy
 * cannot run over: each name and one comma, of which the last is not counted in.
 */
struct names {
	struct bytes *p;
	size_t n, total; /* total: bytes, with a comma behind each */
};

typedef bool wanted_fn(const struct elf_symbol *s);

static bool
starts(struct bytes s, const char *with)
{
	return bytes_eq(bytes_clip(s, 0, strlen(with)), bytes_of(with));
}

/* Names that every compiler or libc brings along say nothing about a program. */
static bool
is_common(struct bytes s)
{
	static const char *const common[] = { "__libc_start_main", "main", "abort",
		"cachectl", "cacheflush", "puts", "atol", "malloc_trim" };

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (bytes_eq(s, bytes_of(common[i])))
			return true;
	return starts(s, "_") || starts(s, ".") || starts(s, "str") || starts(s, "mem") ||
	       (s.n >= 2 && starts(bytes_from(s, s.n - 2), "64"));
}

/* telfhash 0.9: functions that others may call or that are called of others. */
static bool
telf_wants(const struct elf_symbol *s)
{
	return s->type == STT_FUNC && s->bind == STB_GLOBAL &&
	       s->visibility == STV_DEFAULT && s->name.n > 0 && !is_common(s->name);
}

static bool
import_wants(const struct elf_symbol *s)
{
	return s->shndx == SHN_UNDEF && s->name.n > 0;
}

/* A name in lower case, in the arena; no bytes: there is no room. */
static struct bytes
lowered(struct arena *a, struct bytes name)
{
	struct bytes copy = arena_bytes(a, name);
	uint8_t *p = (uint8_t *)copy.p;

	for (size_t i = 0; i < copy.n; i++)
		p[i] = byte_lower(p[i]);
	return copy;
}

static int
by_name(const void *a, const void *b)
{
	return bytes_cmp(*(const struct bytes *)a, *(const struct bytes *)b);
}

/* false: no room, or no work left. */
static bool
collect(struct fact_call *c, struct elf *e, wanted_fn *wanted, struct names *out)
{
	const struct fact_array *t = e->dynsym.n > 0 ? &e->dynsym : &e->symtab;
	const struct elf_symbol *s = t->p;

	*out = (struct names){ .p = ARENA_ARRAY(e->parse->arena, t->n, struct bytes) };
	if ((out->p == NULL && t->n > 0) || !c->charge(c->host, t->n))
		return false;
	for (uint32_t i = 0; i < t->n; i++) {
		if (!wanted(&s[i]))
			continue;
		out->p[out->n] = lowered(e->parse->arena, s[i].name);
		if (out->p[out->n++].p == NULL)
			return false; /* of some names there is no hash */
		out->total = (size_t)num_add(out->total, num_add(s[i].name.n, 1));
	}
	sort(out->p, out->n, sizeof(out->p[0]), by_name);
	return c->charge(c->host, out->total / 16);
}

/* "close,exit,open"; without p: the file has no symbol table, or there is no room. */
static struct bytes
joined(struct fact_call *c, struct elf *e, wanted_fn *wanted)
{
	struct names names;
	struct bytes none = { 0 };
	uint8_t *text, *at;

	if (e->symtab_entries == FACT_UNDEF && e->dynsym_entries == FACT_UNDEF)
		return none;
	if (!collect(c, e, wanted, &names))
		return none;
	at = text = arena_alloc(e->parse->arena, names.total + 1);
	if (text == NULL)
		return none;
	for (size_t i = 0; i < names.n; i++) {
		memcpy(at, names.p[i].p, names.p[i].n);
		at += names.p[i].n;
		*at++ = ',';
	}
	return (struct bytes){ text, names.n > 0 ? names.total - 1 : 0 };
}

void
elf_telfhash(struct fact_call *c)
{
	struct elf *e = c->self;
	char digest[TLSH_TEXT + 1];

	if (e == NULL || e->parse == NULL)
		return;
	if (e->telfhash.p == NULL && tlsh_of(joined(c, e, telf_wants), digest))
		e->telfhash = arena_bytes(e->parse->arena, bytes_of(digest));
	c->ret.s = e->telfhash;
}

void
elf_import_md5(struct fact_call *c)
{
	struct elf *e = c->self;
	uint8_t digest[HASH_MAX];
	char hex[2 * HASH_MAX + 1];
	struct bytes text;

	if (e == NULL || e->parse == NULL)
		return;
	if (e->import_md5.p == NULL && (text = joined(c, e, import_wants)).p != NULL) {
		hash_of(HASH_MD5, text, digest);
		hash_hex(digest, hash_size(HASH_MD5), hex);
		e->import_md5 = arena_bytes(e->parse->arena, bytes_of(hex));
	}
	c->ret.s = e->import_md5;
}
