/*
 * dotnet_name.c - what types are called, and which rows belong to which.
 *
 * A nested type's namespace is the full name of the type around it (II.22.32); YARA goes
 * ten types deep.
 */
#include "format/dotnet_class.h"

#define NAMESPACE_DEPTH 10

/* Which owner a row names; 0: none that counts. */
typedef uint32_t owner_fn(const struct dotnet *d, uint32_t row);

static uint32_t
nested_in(const struct dotnet *d, uint32_t row)
{
	return dotnet_get(d, DOTNET_NESTED_CLASS, row, 0);
}

static uint32_t
implemented_by(const struct dotnet *d, uint32_t row)
{
	return dotnet_get(d, DOTNET_INTERFACE_IMPL, row, 0);
}

/* TypeOrMethodDef: the last bit says which. */
static uint32_t
generic_of_type(const struct dotnet *d, uint32_t row)
{
	uint32_t owner = dotnet_get(d, DOTNET_GENERIC_PARAM, row, 2);

	return owner & 1 ? 0 : owner >> 1;
}

static uint32_t
generic_of_method(const struct dotnet *d, uint32_t row)
{
	uint32_t owner = dotnet_get(d, DOTNET_GENERIC_PARAM, row, 2);

	return owner & 1 ? owner >> 1 : 0;
}

/*
 * Sorts by counting: places stay in the order of rows. first has owners + 2 places: 0 for
 * rows of nobody, and one behind the last. Each row is asked once who owns it, as a
 * mapped file may be written to: counts and places must be of the same answers, or the
 * last rows would lie behind out->row.
 */
static enum err
turn_around(struct dotnet *d, enum dotnet_table_kind t, enum dotnet_table_kind by,
    owner_fn *owner, struct dotnet_owned *out)
{
	uint32_t n = dotnet_rows(d, t), owners = dotnet_rows(d, by);
	uint32_t *who = ARENA_ARRAY(d->parse->arena, n, uint32_t);

	out->first = ARENA_ARRAY(d->parse->arena, (size_t)owners + 2, uint32_t);
	out->row = ARENA_ARRAY(d->parse->arena, n, uint32_t);
	if (out->first == NULL || out->row == NULL || who == NULL ||
	    !dotnet_spend(d, (uint64_t)n + owners))
		return ERR_LIMIT;
	out->owners = owners;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t o = owner(d, i);

		who[i] = o <= owners ? o : 0;
		out->first[who[i]]++;
	}
	for (uint32_t i = 0, at = 0; i <= owners + 1; i++) {
		uint32_t count = out->first[i];

		out->first[i] = at;
		at += count;
	}
	for (uint32_t i = 0; i < n; i++)
		out->row[out->first[who[i]]++] = i;
	/* Each now points behind its rows, where the next one's begin. */
	memmove(out->first + 1, out->first, ((size_t)owners + 1) * sizeof(*out->first));
	out->first[0] = 0;
	return OK;
}

uint32_t
dotnet_owned_by(const struct dotnet_owned *o, uint32_t owner, const uint32_t **row)
{
	if (owner == 0 || owner > o->owners)
		return 0;
	*row = o->row + o->first[owner];
	return o->first[owner + 1] - o->first[owner];
}

enum err
dotnet_names_init(struct dotnet_classes *k)
{
	struct dotnet *d = k->d;
	uint32_t defs = dotnet_rows(d, DOTNET_TYPE_DEF),
		 refs = dotnet_rows(d, DOTNET_TYPE_REF);

	TRY(turn_around(d, DOTNET_NESTED_CLASS, DOTNET_TYPE_DEF, nested_in, &k->nested));
	TRY(turn_around(
	    d, DOTNET_INTERFACE_IMPL, DOTNET_TYPE_DEF, implemented_by, &k->interfaces));
	TRY(turn_around(
	    d, DOTNET_GENERIC_PARAM, DOTNET_TYPE_DEF, generic_of_type, &k->generics[0]));
	TRY(turn_around(d, DOTNET_GENERIC_PARAM, DOTNET_METHOD_DEF, generic_of_method,
	    &k->generics[1]));
	k->def = ARENA_ARRAY(d->parse->arena, (size_t)defs + 1, struct dotnet_name);
	k->ref = ARENA_ARRAY(d->parse->arena, (size_t)refs + 1, struct dotnet_name);
	return k->def && k->ref ? OK : ERR_LIMIT;
}

/* II.23.1.15: the visibility of nested types is 2 to 7. */
bool
dotnet_is_nested(uint32_t flags)
{
	return (flags & 7) >= 2;
}

static struct bytes
up_to_tick(struct bytes s)
{
	const uint8_t *tick = s.n ? memchr(s.p, '`', s.n) : NULL;

	return tick ? (struct bytes){ s.p, (size_t)(tick - s.p) } : s;
}

struct bytes
dotnet_join(struct dotnet *d, struct bytes space, struct bytes name)
{
	struct bytes head = up_to_tick(space), tail = up_to_tick(name);
	uint8_t *p;

	if (name.n == 0)
		return space;
	if (space.n == 0 || head.n < space.n)
		return space.n == 0 ? tail : head;
	p = arena_alloc(d->parse->arena, head.n + 1 + tail.n);
	if (p == NULL || !dotnet_spend(d, 1 + (head.n + tail.n) / 8))
		return (struct bytes){ 0 };
	memcpy(p, head.p, head.n);
	p[head.n] = '.';
	if (tail.n > 0)
		memcpy(p + head.n + 1, tail.p, tail.n);
	return (struct bytes){ p, head.n + 1 + tail.n };
}

/*
 * A column of TypeDef, rows from 1. type is at least 1: callers ask.
 */
static uint32_t
def(const struct dotnet *d, uint32_t type, unsigned column)
{
	return dotnet_get(d, DOTNET_TYPE_DEF, type - 1, column);
}

/* The full name of the type around this one. */
static struct bytes
enclosing(struct dotnet_classes *k, uint32_t type, unsigned depth)
{
	struct dotnet *d = k->d;
	const uint32_t *row;
	struct bytes name, space;
	uint32_t outer;

	if (depth > NAMESPACE_DEPTH || dotnet_owned_by(&k->nested, type, &row) == 0)
		return (struct bytes){ 0 };
	outer = dotnet_get(d, DOTNET_NESTED_CLASS, *row, 1);
	if (outer == 0 || outer > dotnet_rows(d, DOTNET_TYPE_DEF))
		return (struct bytes){ 0 };
	name = dotnet_string(d, def(d, outer, 1));
	if (bytes_eq(name, BYTES_LIT("<Module>")))
		return (struct bytes){ 0 };
	space = dotnet_string(d, def(d, outer, 2));
	if (dotnet_is_nested(def(d, outer, 0)) && outer != type)
		space = dotnet_join(d, enclosing(k, outer, depth + 1), space);
	return dotnet_join(d, space, name);
}

struct bytes
dotnet_namespace(struct dotnet_classes *k, uint32_t type)
{
	struct bytes space = dotnet_string(k->d, def(k->d, type, 2));

	if (!dotnet_is_nested(def(k->d, type, 0)))
		return space;
	return dotnet_join(k->d, enclosing(k, type, 1), space);
}

struct bytes
dotnet_def_name(struct dotnet_classes *k, uint32_t type)
{
	struct dotnet_name *memo;

	if (type == 0 || type > dotnet_rows(k->d, DOTNET_TYPE_DEF))
		return (struct bytes){ 0 };
	memo = &k->def[type];
	if (!memo->known)
		memo->s = dotnet_join(k->d, dotnet_namespace(k, type),
		    dotnet_string(k->d, def(k->d, type, 1)));
	memo->known = true;
	return memo->s;
}

/* II.22.38: a nested one has no namespace; YARA leaves it at that. */
struct bytes
dotnet_ref_name(struct dotnet_classes *k, uint32_t type)
{
	struct dotnet *d = k->d;
	struct dotnet_name *memo;

	if (type == 0 || type > dotnet_rows(d, DOTNET_TYPE_REF))
		return (struct bytes){ 0 };
	memo = &k->ref[type];
	if (!memo->known)
		memo->s = dotnet_join(d,
		    dotnet_string(d, dotnet_get(d, DOTNET_TYPE_REF, type - 1, 2)),
		    dotnet_string(d, dotnet_get(d, DOTNET_TYPE_REF, type - 1, 1)));
	memo->known = true;
	return memo->s;
}
