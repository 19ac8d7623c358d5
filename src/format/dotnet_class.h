/*
 * dotnet_class.h - what is looked up while the classes of an assembly are read.
 *
 * Who nests in whom, who implements what and whose parameters are generic stand in tables
 * sorted by nobody one may trust: each is turned around once, by counting, so that
 * reading all classes is linear. Names are made once a row. Private to dotnet_class.c,
 * dotnet_name.c and dotnet_type.c.
 */
#pragma once

#include "format/dotnet.h"

/* The rows of a table by the row of another that owns them, in their order. */
struct dotnet_owned {
	uint32_t owners;
	uint32_t
	    *first;    /* owners + 2: the rows of owner i (from 1) are first[i] and on */
	uint32_t *row; /* from 0 */
};

struct dotnet_name {
	struct bytes s; /* without p: it has none */
	bool known;
};

struct dotnet_classes {
	struct dotnet *d;
	struct dotnet_owned nested, interfaces, generics[2]; /* [1]: of methods */
	struct dotnet_name *def, *ref;                       /* full names, by row */
	uint8_t *text; /* the type that is being written down */
	size_t used, room;
};

/* What numbers in a signature stand for: lists of struct dotnet_text. */
struct dotnet_generics {
	const struct fact_array *class, *method; /* NULL: there are none here */
};

/* dotnet_name.c. Rows of TypeDef count from 1 there, as indexes do. */
enum err dotnet_names_init(struct dotnet_classes *k);
/* How many rows owner has; *row: the first. */
uint32_t dotnet_owned_by(
    const struct dotnet_owned *o, uint32_t owner, const uint32_t **row);
bool dotnet_is_nested(uint32_t flags);
struct bytes dotnet_namespace(struct dotnet_classes *k, uint32_t type);
/* "namespace.name" up to the "`" of generic ones; a namespace alone stays as it is. */
struct bytes dotnet_join(struct dotnet *d, struct bytes space, struct bytes name);
struct bytes dotnet_def_name(struct dotnet_classes *k, uint32_t type);
struct bytes dotnet_ref_name(struct dotnet_classes *k, uint32_t type);

/* dotnet_type.c: the number, or the type, that a signature begins with (II.23.2), which
 * is taken off. A type that makes no sense is without p. */
uint32_t dotnet_number(struct bytes *sig);
struct bytes dotnet_type(
    struct dotnet_classes *k, struct bytes *sig, struct dotnet_generics g);
/* The type that a TypeDefOrRef index means (II.24.2.6). */
struct bytes dotnet_type_at(
    struct dotnet_classes *k, uint32_t coded, struct dotnet_generics g);
