/*
 * macho_link.c - what load commands point to: symbols, exports, imports. Only YARA-X
 * shows them.
 *
 * Apple's nlist.h, and loader.h for the opcodes and the trie of dyld. Names of the trie
 * are put together from its edges, so a few bytes may mean long ones: each byte of a
 * name that is made is counted.
 */
#include "base/sort.h"
#include "base/text.h"
#include "format/macho.h"

#define NLIST_32 12
#define NLIST_64 16

/* loader.h: BIND_OPCODE_*, in the high half of a byte. */
enum {
	BIND_ORDINAL_ULEB = 0x20,
	BIND_SYMBOL = 0x40,
	BIND_ADDEND_SLEB = 0x60,
	BIND_SEGMENT_ULEB = 0x70,
	BIND_ADD_ULEB = 0x80,
	BIND_DO_ADD_ULEB = 0xa0,
	BIND_DO_TIMES_ULEB = 0xc0,
};

/* What a command says of the file; no bytes when it was not there. */
static struct bytes
part(const struct macho_image *i, int64_t off, int64_t size)
{
	return off == FACT_UNDEF ? (struct bytes){ 0 }
				 : bytes_sub(i->file, (uint64_t)off, (uint64_t)size);
}

static struct macho_nlist
read_nlist(const struct macho_image *i, struct bytes row)
{
	struct macho_nlist n = { 0 };
	struct cur c = cur_at(row, 0);

	n.n_strx = macho_u32(i, &c);
	n.n_type = cur_u8(&c);
	n.n_sect = cur_u8(&c);
	n.n_desc = i->big ? cur_be16(&c) : cur_le16(&c);
	n.n_value = i->wide ? (int64_t)macho_u64(i, &c) : macho_u32(i, &c);
	return n;
}

/* The name of a symbol; false: the budget is spent. */
static bool
name_of(struct macho *m, struct bytes strings, int64_t at, struct bytes *out)
{
	struct bytes s = bytes_from(strings, (uint64_t)at);
	const uint8_t *nul = s.n > 0 ? memchr(s.p, 0, s.n) : NULL;

	if (nul != NULL)
		s.n = (size_t)(nul - s.p);
	*out = s;
	return macho_spend(m, 1 + s.n / 16);
}

/* nlist.h: the rows that lie in the file and have a name; and these names. */
static enum err
read_symbols(struct macho *m, struct macho_image *i)
{
	struct macho_symtab *t = &i->more.symtab;
	size_t size = i->wide ? NLIST_64 : NLIST_32, n = 0;
	struct bytes strings = part(i, t->stroff, t->strsize);
	struct bytes rows =
	    t->symoff == FACT_UNDEF
		? (struct bytes){ 0 }
		: bytes_clip(i->file, (uint64_t)t->symoff, (uint64_t)t->nsyms * size);
	struct macho_nlist *l =
	    ARENA_ARRAY(m->parse->arena, rows.n / size, struct macho_nlist);
	struct macho_list names = { 0 };
	enum err e = OK;

	if (l == NULL && rows.n >= size)
		return ERR_LIMIT;
	for (size_t at = 0; e == OK && at + size <= rows.n; at += size) {
		struct bytes name;

		l[n] = read_nlist(i, bytes_sub(rows, at, size));
		if (!name_of(m, strings, l[n].n_strx, &name))
			break;
		if (name.n == 0)
			continue;
		e = macho_list_add(m, &names, name);
		n += e == OK; /* as many rows as names */
	}
	t->nlists = (struct fact_array){ l, (uint32_t)n };
	t->entries = (struct fact_array){ names.p, (uint32_t)names.n };
	return e;
}

/* A node of the trie that was seen and not yet read. */
struct node {
	uint64_t at;
	struct bytes name;
};

struct trie {
	struct macho *m;
	struct bytes data;
	struct node *stack;
	size_t n, cap;
	uint8_t *seen; /* a bit for each offset of a node */
	struct macho_list *names;
};

/*
 * A node, with the name that leads to it: the way's and the edge's. Both are paid for
 * before the node is seen again, or a trie that branches at each byte would make names of
 * its length at every node.
 */
static enum err
push(struct trie *t, uint64_t at, struct bytes before, struct bytes edge)
{
	struct arena *a = t->m->parse->arena;
	struct node *stack = arena_grow(a, t->stack, &t->cap, t->n + 1, sizeof(*stack));
	uint8_t *name = arena_alloc(a, before.n + edge.n + 1);

	if (stack == NULL || name == NULL ||
	    !macho_spend(t->m, 1 + (before.n + edge.n) / 16))
		return ERR_LIMIT;
	if (before.n > 0)
		memcpy(name, before.p, before.n);
	if (edge.n > 0)
		memcpy(name + before.n, edge.p, edge.n);
	t->stack = stack;
	stack[t->n++] = (struct node){ at, { name, before.n + edge.n } };
	return OK;
}

/* ERR_FORMAT: the trie is broken, and ends here. */
static enum err
read_node(struct trie *t, struct node n)
{
	struct cur c = cur_at(t->data, n.at);
	uint64_t symbol = cur_uleb(&c);

	cur_take(&c, symbol); /* what it says of the symbol that ends here */
	for (unsigned left = cur_u8(&c); left > 0 && !c.bad; left--) {
		struct bytes edge = cur_cstr(&c);
		uint64_t at = cur_uleb(&c);

		if (!c.bad && text_is_utf8(edge))
			TRY(push(t, at, n.name, edge));
	}
	if (!cur_ok(&c))
		return ERR_FORMAT;
	return symbol > 0 ? macho_list_add(t->m, t->names, n.name) : OK;
}

/*
 * Each offset is read once (seen), also when edges lead back: a trie with a loop ends.
 * seen has data.n + 1 bits, and n.at is asked against data.n.
 */
static enum err
walk_trie(struct trie *t)
{
	TRY(push(t, 0, (struct bytes){ 0 }, (struct bytes){ 0 }));
	while (t->n > 0 && macho_spend(t->m, 1)) {
		struct node n = t->stack[--t->n];

		if (n.at > t->data.n || t->seen[n.at / 8] & 1 << n.at % 8)
			continue;
		t->seen[n.at / 8] |= (uint8_t)(1 << n.at % 8);
		TRY(read_node(t, n));
	}
	return OK;
}

/* nlist.h: N_STAB, N_TYPE, N_EXT; N_UNDF is 0. */
#define STAB     0xe0
#define TYPE     0x0e
#define EXTERNAL 0x01

/* Without a word from dyld: the symbols that are not defined here, or are for others. */
static enum err
from_symbols(
    struct macho *m, const struct macho_symtab *t, bool defined, struct macho_list *out)
{
	const struct macho_nlist *n = t->nlists.p;
	const struct bytes *names = t->entries.p;

	for (uint32_t k = 0; k < t->nlists.n && macho_spend(m, 1); k++) {
		bool here = (n[k].n_type & TYPE) != 0;

		if (n[k].n_type & STAB || here != defined ||
		    (defined && !(n[k].n_type & EXTERNAL)))
			continue;
		TRY(macho_list_add(m, out, names[k]));
	}
	return OK;
}

static enum err
read_exports(struct macho *m, struct macho_image *i)
{
	const struct macho_dyld_info *d = &i->more.dyld_info;
	struct macho_list names = { 0 };
	struct trie t = {
		.m = m, .data = part(i, d->export_off, d->export_size), .names = &names
	};
	enum err e = OK;

	if (t.data.n == 0)
		t.data = part(i, i->trie.dataoff, i->trie.datasize);
	if (t.data.n > 0) {
		t.seen = arena_alloc(m->parse->arena, t.data.n / 8 + 1);
		e = t.seen ? walk_trie(&t) : ERR_LIMIT;
	}
	if (names.n == 0 && e != ERR_LIMIT)
		e = from_symbols(m, &i->more.symtab, true, &names);
	i->more.exports = (struct fact_array){ names.p, (uint32_t)names.n };
	return e == ERR_FORMAT ? OK : e;
}

/* The names in a program of binding opcodes, in their order. */
static enum err
read_binds(struct macho *m, struct bytes program, struct macho_list *names)
{
	struct cur c = cur_at(program, 0);
	struct bytes name;

	while (!c.bad && cur_left(&c) > 0 && macho_spend(m, 1)) {
		switch (cur_u8(&c) & 0xf0) {
		case BIND_DO_TIMES_ULEB:
			cur_uleb(&c);
			cur_uleb(&c);
			break;
		case BIND_ORDINAL_ULEB:
		case BIND_SEGMENT_ULEB:
		case BIND_ADD_ULEB:
		case BIND_DO_ADD_ULEB:
		case BIND_ADDEND_SLEB: cur_uleb(&c); break; /* as long as a SLEB */
		case BIND_SYMBOL:
			name = cur_cstr(&c);
			if (!c.bad && text_is_utf8(name))
				TRY(macho_list_add(m, names, name));
			break;
		default: break;
		}
	}
	return OK;
}

struct numbered {
	struct bytes name;
	size_t k;
};

static int
by_name(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return bytes_cmp(
	    x->name, y->name); /* sort is stable: the first one stays first */
}

/* Each name once, where it stands first. */
static enum err
without_doubles(struct macho *m, struct macho_list *l)
{
	struct numbered *v = ARENA_ARRAY(m->parse->arena, l->n, struct numbered);
	size_t n = 0;

	if (v == NULL)
		return ERR_LIMIT;
	for (size_t k = 0; k < l->n; k++)
		v[k] = (struct numbered){ l->p[k], k };
	sort(v, l->n, sizeof(*v), by_name);
	for (size_t k = 1; k < l->n; k++)
		if (bytes_eq(v[k].name, v[k - 1].name))
			l->p[v[k].k].p = NULL;
	for (size_t k = 0; k < l->n; k++)
		if (l->p[k].p != NULL)
			l->p[n++] = l->p[k];
	l->n = n;
	return OK;
}

static enum err
read_imports(struct macho *m, struct macho_image *i)
{
	const struct macho_dyld_info *d = &i->more.dyld_info;
	struct macho_list names = { 0 };
	enum err e = read_binds(m, part(i, d->bind_off, d->bind_size), &names);

	if (e == OK)
		e = read_binds(m, part(i, d->lazy_bind_off, d->lazy_bind_size), &names);
	if (e == OK)
		e = read_binds(m, part(i, d->weak_bind_off, d->weak_bind_size), &names);
	if (e == OK)
		e = names.n > 0 ? without_doubles(m, &names)
				: from_symbols(m, &i->more.symtab, false, &names);
	i->more.imports = (struct fact_array){ names.p, (uint32_t)names.n };
	return e;
}

static enum err
read_link(struct macho *m, struct macho_image *i)
{
	TRY(read_symbols(m, i));
	TRY(read_exports(m, i));
	TRY(read_imports(m, i));
	return macho_read_signature(m, i);
}

enum err
macho_load_link(void *facts)
{
	struct macho *m = facts;
	enum err e = macho_load_more(facts);

	if (m->parse == NULL || m->linked)
		return m->parse != NULL && m->spent ? ERR_LIMIT : e;
	m->linked = true;
	return macho_ended(m, e == OK ? macho_each(m, read_link) : e);
}
