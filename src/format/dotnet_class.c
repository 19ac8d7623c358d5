/*
 * dotnet_class.c - the classes and interfaces that an assembly defines, with their
 * methods.
 *
 * A class's methods are those from its own first to the next class's first (II.22.37), so
 * hostile rows may claim the same ones many times: every row that is looked at is a step.
 * What YARA leaves out - a method with one parameter that makes no sense, a class without
 * a name - is left out here.
 */
#include "format/dotnet_class.h"

#define METHODS_MOST 20000 /* of a class; YARA's, as is the next */
#define PARAMS_MOST  2000  /* of a method */

/* II.23.1.15 and II.23.1.10, in C#'s words. */
static const char *const type_visibility[] = { "internal", "public", "public", "private",
	"protected", "internal", "private protected", "protected internal" };
static const char *const method_visibility[] = { "private", "private",
	"private protected", "internal", "protected", "protected internal", "public",
	"private" };

enum {
	TYPE_INTERFACE = 0x20,
	TYPE_ABSTRACT = 0x80,
	TYPE_SEALED = 0x100,
	METHOD_STATIC = 0x10,
	METHOD_FINAL = 0x20,
	METHOD_VIRTUAL = 0x40,
	METHOD_ABSTRACT = 0x400,
	SIGNATURE_GENERIC = 0x10, /* II.23.2.1 */
};

/* The names of what owner has as generic parameters; none at all when one has no name. */
static enum err
read_generics(struct dotnet_classes *k, bool of_method, uint32_t owner,
    struct fact_array *out, int64_t *count)
{
	const uint32_t *row = NULL;
	uint32_t n = dotnet_owned_by(&k->generics[of_method], owner, &row);
	struct dotnet_text *names =
	    ARENA_ARRAY(k->d->parse->arena, n, struct dotnet_text);

	if (n > 0 && (names == NULL || !dotnet_spend(k->d, n)))
		return ERR_LIMIT;
	*count = 0;
	for (uint32_t i = 0; i < n; i++) {
		names[i].s = dotnet_string(
		    k->d, dotnet_get(k->d, DOTNET_GENERIC_PARAM, row[i], 3));
		if (names[i].s.n == 0)
			return OK;
	}
	*out = (struct fact_array){ names, n };
	*count = n;
	return OK;
}

static struct bytes
made_up_name(struct dotnet_classes *k, uint32_t i)
{
	return bytes_of(arena_printf(k->d->parse->arena, "P_%u", i));
}

/*
 * The names come from the table, row by row from the method's first on, the types from
 * the signature. out->parameters stays empty, and false, when one has no type.
 */
static bool
read_params(struct dotnet_classes *k, uint32_t first, uint32_t n, struct bytes sig,
    struct dotnet_generics g, struct dotnet_method *out)
{
	struct dotnet *d = k->d;
	uint32_t rows = dotnet_rows(d, DOTNET_PARAM);
	struct dotnet_param *p;

	if (first == 0)
		return true;
	if (n > sig.n || !dotnet_spend(d, n)) /* each is a byte at least */
		return false;
	p = ARENA_ARRAY(d->parse->arena, n, struct dotnet_param);
	if (p == NULL && n > 0)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t row = (uint64_t)first - 1 + i;

		p[i].name =
		    row < rows
			? dotnet_string(d, dotnet_get(d, DOTNET_PARAM, (uint32_t)row, 2))
			: made_up_name(k, i);
		p[i].type = dotnet_type(k, &sig, g);
		if (p[i].type.p == NULL)
			return false;
	}
	out->parameters = (struct fact_array){ p, n };
	out->number_of_parameters = n;
	return true;
}

/* II.23.2.1; false: the method is not shown. */
static bool
read_signature(struct dotnet_classes *k, uint32_t row, struct dotnet_generics g,
    struct dotnet_method *out)
{
	struct dotnet *d = k->d;
	struct bytes sig = dotnet_blob(d, dotnet_get(d, DOTNET_METHOD_DEF, row, 4));
	uint32_t flags, n;

	if (sig.n < 3)
		return false;
	flags = sig.p[0];
	sig = bytes_from(sig, 1);
	if (flags & SIGNATURE_GENERIC)
		dotnet_number(&sig); /* how many; the table says which */
	n = dotnet_number(&sig);
	out->return_type = dotnet_type(k, &sig, g);
	if (out->return_type.p == NULL || n > PARAMS_MOST)
		return false;
	return read_params(k, dotnet_get(d, DOTNET_METHOD_DEF, row, 5), n, sig, g, out);
}

static const struct dotnet_method no_method = {
	.abstract = FACT_UNDEF,
	.final = FACT_UNDEF,
	.is_virtual = FACT_UNDEF,
	.is_static = FACT_UNDEF,
	.number_of_parameters = FACT_UNDEF,
};

/* II.22.26; *shown tells whether it is. */
static enum err
read_method(struct dotnet_classes *k, uint32_t row, const struct fact_array *of_class,
    struct dotnet_method *m, bool *shown)
{
	struct dotnet *d = k->d;
	uint32_t flags = dotnet_get(d, DOTNET_METHOD_DEF, row, 2);
	struct dotnet_generics g = { of_class, &m->generic_parameters };

	*m = no_method;
	*shown = false;
	m->name = dotnet_string(d, dotnet_get(d, DOTNET_METHOD_DEF, row, 3));
	if (m->name.n == 0)
		return OK;
	TRY(read_generics(
	    k, true, row + 1, &m->generic_parameters, &m->number_of_generic_parameters));
	*shown = read_signature(k, row, g, m);
	m->visibility = bytes_of(method_visibility[flags & 7]);
	m->is_static = (flags & METHOD_STATIC) != 0;
	m->final = (flags & METHOD_FINAL) != 0;
	m->is_virtual = (flags & METHOD_VIRTUAL) != 0;
	m->abstract = (flags & METHOD_ABSTRACT) != 0;
	if (bytes_eq(m->name, BYTES_LIT(".ctor")) ||
	    bytes_eq(m->name, BYTES_LIT(".cctor")))
		m->return_type = (struct bytes){ 0 };
	return OK;
}

/* How many methods a class has: up to where the next one's begin. */
static uint32_t
count_methods(const struct dotnet *d, uint32_t type, uint32_t first)
{
	uint32_t next = d->table[DOTNET_METHOD_DEF].n + 1;

	if (type < d->table[DOTNET_TYPE_DEF].n)
		next = dotnet_get(d, DOTNET_TYPE_DEF, type, 5);
	return next >= first ? next - first : 0;
}

static enum err
read_methods(struct dotnet_classes *k, uint32_t type, struct dotnet_class *c)
{
	struct dotnet *d = k->d;
	uint32_t first = dotnet_get(d, DOTNET_TYPE_DEF, type - 1, 5);
	uint32_t n = count_methods(d, type, first),
		 rows = dotnet_rows(d, DOTNET_METHOD_DEF);
	struct dotnet_method *m;
	uint32_t count = 0;

	if (first == 0 || n > METHODS_MOST)
		return OK;
	if (n > rows || first > rows - n + 1)
		n = first > rows ? 0 : rows - first + 1;
	if (!dotnet_spend(d, n))
		return ERR_LIMIT;
	m = ARENA_ARRAY(d->parse->arena, n, struct dotnet_method);
	if (m == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n && d->steps <= d->budget; i++) {
		bool shown;

		TRY(read_method(
		    k, first - 1 + i, &c->generic_parameters, &m[count], &shown));
		count += shown;
	}
	c->methods = (struct fact_array){ m, count };
	c->number_of_methods = count;
	return OK;
}

#define FIRST_TYPE (1u << 2) /* II.24.2.6: TypeDefOrRef, row 1 of TypeDef */

/* The same for YARA-X, which takes the index of nothing for the first type's. */
static void
bases_as_yarax(struct dotnet_classes *k, bool extends, struct dotnet_text *before,
    struct dotnet_class *c)
{
	struct dotnet_generics g = { &c->generic_parameters, NULL };

	c->x_base_types = c->base_types;
	if (!extends) {
		before->s = dotnet_type_at(k, FIRST_TYPE, g);
		if (before->s.p != NULL)
			c->x_base_types =
			    (struct fact_array){ before, c->base_types.n + 1 };
	}
	c->x_number_of_base_types = c->x_base_types.n;
}

/* What it extends, then what it implements. */
static enum err
read_bases(struct dotnet_classes *k, uint32_t type, struct dotnet_class *c)
{
	struct dotnet *d = k->d;
	const uint32_t *row = NULL;
	uint32_t n = dotnet_owned_by(&k->interfaces, type, &row), count = 0;
	uint32_t extends = dotnet_get(d, DOTNET_TYPE_DEF, type - 1, 3);
	struct dotnet_generics g = { &c->generic_parameters, NULL };
	struct dotnet_text *base =
	    ARENA_ARRAY(d->parse->arena, (size_t)n + 2, struct dotnet_text);
	struct dotnet_text *before = base; /* for YARA-X */

	if (base == NULL)
		return ERR_LIMIT;
	base++;
	for (uint32_t i = 0; i <= n && dotnet_spend(d, 1); i++) {
		uint32_t coded =
		    i == 0 ? extends
			   : dotnet_get(d, DOTNET_INTERFACE_IMPL, row[i - 1], 1);

		base[count].s = dotnet_type_at(k, coded, g);
		count += base[count].s.p != NULL;
	}
	c->base_types = (struct fact_array){ base, count };
	c->number_of_base_types = count;
	bases_as_yarax(k, extends != 0, before, c);
	return OK;
}

/* II.22.37 */
static enum err
read_class(
    struct dotnet_classes *k, uint32_t type, struct bytes name, struct dotnet_class *c)
{
	struct dotnet *d = k->d;
	uint32_t flags = dotnet_get(d, DOTNET_TYPE_DEF, type - 1, 0);
	const uint8_t *tick = memchr(name.p, '`', name.n);

	c->number_of_methods = FACT_UNDEF;
	c->name = tick ? (struct bytes){ name.p, (size_t)(tick - name.p) } : name;
	c->space = dotnet_namespace(k, type);
	c->x_space = c->space.n > 0 ? c->space : (struct bytes){ 0 };
	c->fullname = dotnet_join(d, c->space, name);
	c->visibility = bytes_of(type_visibility[flags & 7]);
	c->type = flags & TYPE_INTERFACE ? BYTES_LIT("interface") : BYTES_LIT("class");
	c->abstract = (flags & TYPE_ABSTRACT) != 0;
	c->sealed = (flags & TYPE_SEALED) != 0;
	TRY(read_generics(
	    k, false, type, &c->generic_parameters, &c->number_of_generic_parameters));
	TRY(read_bases(k, type, c));
	return read_methods(k, type, c);
}

/* What was read before a budget ended it stays. */
enum err
dotnet_read_classes(struct dotnet *d)
{
	struct dotnet_classes k = { .d = d };
	uint32_t n = dotnet_rows(d, DOTNET_TYPE_DEF), count = 0;
	struct dotnet_class *c;
	enum err e = OK;

	TRY(dotnet_names_init(&k));
	c = ARENA_ARRAY(d->parse->arena, n, struct dotnet_class);
	if (c == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t type = 1; type <= n && e == OK && dotnet_spend(d, 1); type++) {
		struct bytes name =
		    dotnet_string(d, dotnet_get(d, DOTNET_TYPE_DEF, type - 1, 1));

		if (name.n == 0 || name.p[0] == '`' ||
		    bytes_eq(name, BYTES_LIT("<Module>")))
			continue;
		e = read_class(&k, type, name, &c[count++]);
	}
	d->classes = (struct fact_array){ c, count };
	d->number_of_classes = count;
	return e;
}
