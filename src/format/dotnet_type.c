/*
 * dotnet_type.c - types in signatures, written as YARA writes them (II.23.2).
 *
 * One text grows while the signature is read from left to right; a part that makes no
 * sense takes back what it had written. Types may name types that are signatures
 * themselves: the depth is bounded, and each part counts as a step.
 */
#include <stdio.h>

#include "format/dotnet_class.h"

#define TYPE_DEPTH    16 /* all four are YARA's */
#define ARRAY_RANK    50
#define GENERICS_MOST 1000
#define PARAMS_MOST   2000

/* II.23.1.16 */
enum {
	PTR = 0x0f,
	BYREF = 0x10,
	VALUETYPE = 0x11,
	CLASS = 0x12,
	VAR = 0x13,
	ARRAY = 0x14,
	GENERICINST = 0x15,
	FNPTR = 0x1b,
	SZARRAY = 0x1d,
	MVAR = 0x1e,
	CMOD_REQD = 0x1f,
	CMOD_OPT = 0x20,
};

static const char *const plain[] = {
	/* clang-format off */
	[0x01] = "void",   [0x02] = "bool",   [0x03] = "char",    [0x04] = "sbyte",
	[0x05] = "byte",   [0x06] = "short",  [0x07] = "ushort",  [0x08] = "int",
	[0x09] = "uint",   [0x0a] = "long",   [0x0b] = "ulong",   [0x0c] = "float",
	[0x0d] = "double", [0x0e] = "string", [0x16] = "TypedReference",
	[0x18] = "IntPtr", [0x19] = "UIntPtr", [0x1c] = "object",
	/* clang-format on */
};

#define PLAIN (sizeof(plain) / sizeof(plain[0]))

static struct bytes
take(struct bytes *sig, size_t n)
{
	struct bytes b = bytes_sub(*sig, 0, n);

	if (b.p != NULL)
		*sig = bytes_from(*sig, n);
	return b;
}

/* II.23.2: one, two or four bytes; 0, and nothing is taken, when there is no number. */
uint32_t
dotnet_number(struct bytes *sig)
{
	uint8_t first = sig->n ? sig->p[0] : 0;
	struct bytes b;

	if (!(first & 0x80))
		return take(sig, 1).p ? first : 0;
	if ((first & 0xc0) == 0x80)
		return (b = take(sig, 2)).p ? be16(b.p) & 0x3fff : 0;
	if ((first & 0xe0) == 0xc0)
		return (b = take(sig, 4)).p ? be32(b.p) & 0x1fffffff : 0;
	return 0;
}

/* II.23.2: the sign is the last bit. YARA does not extend it over 16 bits. */
static int32_t
signed_number(struct bytes *sig)
{
	size_t before = sig->n, size;
	uint32_t n = dotnet_number(sig), v = n >> 1;

	size = before - sig->n;
	if (!(n & 1) || size == 0)
		return (int32_t)v;
	if (size == 1)
		return (int32_t)(v | 0xffffffc0);
	return (int32_t)(v | (size == 2 ? 0xc000 : 0xe0000000));
}

/*
 * false: the budget. used never exceeds room, which arena_grow has made at least need.
 */
static bool
put(struct dotnet_classes *k, struct bytes s)
{
	size_t need = k->used + s.n;

	if (!dotnet_spend(k->d, 1 + s.n / 8))
		return false;
	if (need > k->room || k->text == NULL) {
		uint8_t *grown =
		    arena_grow(k->d->parse->arena, k->text, &k->room, need ? need : 1, 1);

		if (grown == NULL)
			return false;
		k->text = grown;
	}
	if (s.n > 0)
		memcpy(k->text + k->used, s.p, s.n);
	k->used = need;
	return true;
}

static bool
put_str(struct dotnet_classes *k, const char *s)
{
	return put(k, bytes_of(s));
}

static bool write_type(struct dotnet_classes *k, struct bytes *sig,
    struct dotnet_generics g, unsigned depth);

/* The blob of a TypeSpec: only the class's own generic parameters have names there. */
static bool
write_spec(
    struct dotnet_classes *k, uint32_t index, struct dotnet_generics g, unsigned depth)
{
	struct bytes sig;

	if (index > dotnet_rows(k->d, DOTNET_TYPE_SPEC))
		return false;
	sig = dotnet_blob(k->d, dotnet_get(k->d, DOTNET_TYPE_SPEC, index - 1, 0));
	return write_type(k, &sig, (struct dotnet_generics){ g.class, NULL }, depth);
}

/* The two last bits say which table. */
static bool
write_named(
    struct dotnet_classes *k, uint32_t coded, struct dotnet_generics g, unsigned depth)
{
	uint32_t index = coded >> 2;
	struct bytes name = { 0 };

	if (index == 0)
		return false;
	if ((coded & 3) == 2)
		return write_spec(k, index, g, depth);
	if ((coded & 3) == 0)
		name = dotnet_def_name(k, index);
	if ((coded & 3) == 1)
		name = dotnet_ref_name(k, index);
	return name.p != NULL && put(k, name);
}

static bool
write_variable(
    struct dotnet_classes *k, struct bytes *sig, const struct fact_array *names)
{
	uint32_t index = dotnet_number(sig);

	if (names == NULL || index >= names->n)
		return false;
	return put(k, ((const struct dotnet_text *)names->p)[index].s);
}

/* Those that make no sense are left out, as YARA does. */
static bool
write_list(struct dotnet_classes *k, struct bytes *sig, struct dotnet_generics g,
    unsigned depth, uint32_t n, const char *comma)
{
	for (uint32_t i = 0; i < n; i++) {
		size_t before = k->used;

		if (!dotnet_spend(k->d, 1) || (i > 0 && !put_str(k, comma)))
			return false;
		if (!write_type(k, sig, g, depth))
			k->used = before;
		if (sig->n == 0)
			break;
	}
	return true;
}

static bool
write_generic(
    struct dotnet_classes *k, struct bytes *sig, struct dotnet_generics g, unsigned depth)
{
	uint32_t n;

	if (!write_type(k, sig, g, depth))
		return false;
	n = dotnet_number(sig);
	return n <= GENERICS_MOST && put_str(k, "<") &&
	       write_list(k, sig, g, depth, n, ",") && put_str(k, ">");
}

/* II.23.2.12: a method's signature follows. */
static bool
write_function(
    struct dotnet_classes *k, struct bytes *sig, struct dotnet_generics g, unsigned depth)
{
	uint32_t n;

	if (take(sig, 1).p == NULL)
		return false;
	n = dotnet_number(sig);
	return n <= PARAMS_MOST && put_str(k, "FnPtr<") && write_type(k, sig, g, depth) &&
	       put_str(k, "(") && write_list(k, sig, g, depth, n, ", ") &&
	       put_str(k, ")>");
}

/*
 * II.23.2.13. A size is shown as the bound above; 0 is not shown. rank, sizes and lows
 * are each asked against ARRAY_RANK, the places of the arrays, before they are filled.
 */
static bool
write_shape(struct dotnet_classes *k, struct bytes *sig)
{
	int32_t size[ARRAY_RANK] = { 0 }, low[ARRAY_RANK] = { 0 };
	uint32_t rank = dotnet_number(sig), sizes, lows;

	if (rank == 0 || rank > ARRAY_RANK || (sizes = dotnet_number(sig)) > rank)
		return false;
	for (uint32_t i = 0; i < sizes; i++)
		size[i] = (int32_t)dotnet_number(sig);
	if ((lows = dotnet_number(sig)) > rank)
		return false;
	for (uint32_t i = 0; i < lows; i++) {
		low[i] = signed_number(sig);
		if (i < sizes)
			size[i] += low[i]; /* both have 30 bits at most */
	}
	for (uint32_t i = 0; i < rank; i++) {
		char s[40] = "";
		int n = 0;

		if (low[i] != 0)
			n = snprintf(s, sizeof(s), "%d...", low[i]);
		if (i < sizes && size[i] != 0)
			snprintf(s + n, sizeof(s) - (size_t)n, "%d", size[i]);
		if ((i > 0 && !put_str(k, ",")) || !put_str(k, s))
			return false;
	}
	return true;
}

static bool
write_compound(struct dotnet_classes *k, uint8_t kind, struct bytes *sig,
    struct dotnet_generics g, unsigned depth)
{
	switch (kind) {
	case PTR:
		return put_str(k, "Ptr<") && write_type(k, sig, g, depth) &&
		       put_str(k, ">");
	case BYREF: return put_str(k, "ref ") && write_type(k, sig, g, depth);
	case SZARRAY: return write_type(k, sig, g, depth) && put_str(k, "[]");
	case ARRAY:
		return write_type(k, sig, g, depth) && put_str(k, "[") &&
		       write_shape(k, sig) && put_str(k, "]");
	case VALUETYPE:
	case CLASS: return write_named(k, dotnet_number(sig), g, depth);
	case VAR: return write_variable(k, sig, g.class);
	case MVAR: return write_variable(k, sig, g.method);
	case GENERICINST: return write_generic(k, sig, g, depth);
	case FNPTR: return write_function(k, sig, g, depth);
	case CMOD_REQD:
	case CMOD_OPT: dotnet_number(sig); return write_type(k, sig, g, depth);
	default: return false;
	}
}

/*
 * The only recursion: depth counts types in types, and TYPE_DEPTH ends a signature that
 * is nothing but pointers to pointers, as well as a TypeSpec that names itself.
 */
static bool
write_type(
    struct dotnet_classes *k, struct bytes *sig, struct dotnet_generics g, unsigned depth)
{
	size_t before = k->used;
	struct bytes kind;

	if (depth > TYPE_DEPTH || !dotnet_spend(k->d, 1))
		return false;
	kind = take(sig, 1);
	if (kind.p == NULL)
		return false;
	if (kind.p[0] < PLAIN && plain[kind.p[0]] != NULL)
		return put_str(k, plain[kind.p[0]]);
	if (write_compound(k, kind.p[0], sig, g, depth + 1))
		return true;
	k->used = before;
	return false;
}

struct bytes
dotnet_type(struct dotnet_classes *k, struct bytes *sig, struct dotnet_generics g)
{
	uint8_t kind = sig->n ? sig->p[0] : 0;

	if (kind < PLAIN && plain[kind] != NULL) { /* most are: they need no copy */
		take(sig, 1);
		return bytes_of(plain[kind]);
	}
	k->used = 0;
	if (!write_type(k, sig, g, 0))
		return (struct bytes){ 0 };
	return arena_bytes(k->d->parse->arena, (struct bytes){ k->text, k->used });
}

struct bytes
dotnet_type_at(struct dotnet_classes *k, uint32_t coded, struct dotnet_generics g)
{
	k->used = 0;
	if (!write_named(k, coded, g, 0))
		return (struct bytes){ 0 };
	return arena_bytes(k->d->parse->arena, (struct bytes){ k->text, k->used });
}
