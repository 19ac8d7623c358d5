/* sema_name.c - what an identifier means: variables, externals, modules, rules. */
#include "rules/parse.h"

const struct scope_var *
scope_find(const struct parser *p, struct bytes name)
{
	for (size_t i = p->nvars; i > 0; i--) {
		if (bytes_eq(p->var[i - 1].name, name))
			return &p->var[i - 1];
	}
	return NULL;
}

enum err
scope_push(struct parser *p, const struct scope_var *v)
{
	if (p->nvars == p->vars_cap) {
		struct scope_var *var = arena_grow(
		    p->arena, p->var, &p->vars_cap, p->nvars + 1, sizeof(*var));

		if (var == NULL)
			return ERR_LIMIT;
		p->var = var;
	}
	p->var[p->nvars++] = *v;
	return OK;
}

static enum err
name_variable(
    struct parser *p, const struct scope_var *v, struct place at, struct ex *out)
{
	TRY(node_new(p, IR_VAR, v->type, at, out));
	out->node->u.var = v->slot;
	out->node->schema = v->schema;
	out->node->is_table = v->is_table;
	return OK;
}

/* An external variable. Its value may be another when files are scanned. */
static enum err
name_external(struct parser *p, uint32_t index, struct place at, struct ex *out)
{
	static const enum ir_type type[] = { [EXT_INT] = IR_INT,
		[EXT_FLOAT] = IR_FLOAT,
		[EXT_STR] = IR_STR,
		[EXT_BOOL] = IR_INT }; /* as in YARA */
	const struct ext *e = &p->ir->exts[index];

	TRY(node_new(p, IR_EXT, type[e->type], at, out));
	out->node->u.index = index;
	return OK;
}

static enum err
name_module(struct parser *p, uint32_t index, struct place at, struct ex *out)
{
	TRY(node_new(p, IR_MODULE, IR_OBJECT, at, out));
	out->node->u.index = index;
	out->node->schema = p->env->modules[index].facts;
	out->node->is_table = true;
	return OK;
}

enum err
sema_rule(struct parser *p, uint32_t index, struct place at, struct ex *out)
{
	if (index == p->rule_index) { /* itself: not decided yet, so false */
		TRY(node_new(p, IR_CONST, IR_BOOL, at, out));
		return OK;
	}
	TRY(node_new(p, IR_RULE, IR_BOOL, at, out));
	out->node->u.index = index;
	return OK;
}

/* A rule by its whole name. YARA says nothing of one that asks for itself. */
static enum err
name_rule(struct parser *p, uint32_t index, struct place at, struct ex *out)
{
	if (index == p->rule_index)
		parse_hint(p, at,
		    "the rule asks for itself, which is false while it is decided; was a "
		    "string meant ($ before its name), or another rule?");
	return sema_rule(p, index, at, out);
}

enum err
sema_name(struct parser *p, const struct token *t, struct ex *out)
{
	const struct scope_var *v = scope_find(p, t->text);
	const struct name *n = NULL;
	struct place at = place_of(t);

	if (v != NULL)
		TRY(name_variable(p, v, at, out));
	else if ((n = names_find(&p->exts, t->text, 0)) != NULL)
		TRY(name_external(p, n->value, at, out));
	else if ((n = names_find(&p->imports, t->text, p->ns)) != NULL)
		TRY(name_module(p, n->value, at, out));
	else if ((n = names_find(&p->rules, t->text, p->ns)) != NULL)
		TRY(name_rule(p, n->value, at, out));
	else
		return parse_fail(
		    p, at, "undefined identifier \"%s\"", parse_str(p, t->text));
	out->name = t->text;
	return OK;
}

/* Flags of rows that these rules may not see. */
static uint16_t
hidden_rows(const struct parser *p)
{
	return (p->env->flags & RULES_YARAX ? 0 : FACT_DIALECT) |
	       (p->yara_only ? FACT_YARAX : 0);
}

/* Is f, of the wanted name, better than what was found? A dialect's row beats the other.
 */
static bool
is_better(const struct fact *f, const struct fact *found, uint16_t hidden)
{
	return !(f->flags & hidden) && (found == NULL || f->flags & FACT_DIALECT);
}

/*
 * The row of that name that the dialect means, or NULL. Of functions the first: which of
 * their rows it is, the arguments tell.
 */
static const struct fact *
row_find(const struct fact *table, struct bytes name, uint16_t hidden)
{
	const struct fact *found = NULL;

	for (const struct fact *f = table; f->type != FACT_END; f++) {
		if (!bytes_eq(bytes_of(f->name), name))
			continue;
		if (is_better(f, found, hidden))
			found = f;
		if (found != NULL && found->type == FACT_FN)
			return f;
	}
	return found;
}

/* The row of that name, or NULL. Tables are long: what was found once is kept. */
static enum err
field_find(struct parser *p, const struct fact *table, struct bytes name,
    const struct fact **out)
{
	uint64_t scope = (uintptr_t)table;
	const struct name *n = names_find(&p->fields, name, scope);
	const struct fact *f =
	    n ? &table[n->value] : row_find(table, name, hidden_rows(p));

	*out = f;
	if (n != NULL || f == NULL)
		return OK;
	return names_put(&p->fields, name, scope, (uint32_t)(f - table));
}

/* Type and schema of a node that yields what the row describes. */
static void
type_of_row(struct ir_node *n, const struct fact *row)
{
	static const enum ir_type type[] = { [FACT_INT] = IR_INT,
		[FACT_FLOAT] = IR_FLOAT,
		[FACT_STR] = IR_STR,
		[FACT_STRUCT] = IR_OBJECT,
		[FACT_ARRAY] = IR_OBJECT,
		[FACT_DICT] = IR_OBJECT,
		[FACT_FN] = IR_OBJECT };

	n->type = type[row->type];
	n->is_table = row->type == FACT_STRUCT;
	n->schema = n->type != IR_OBJECT ? NULL : n->is_table ? row->sub : row;
}

static enum err
field_const(struct parser *p, const struct fact *f, struct place at, struct ex *out)
{
	TRY(node_new(p, IR_CONST, IR_INT, at, out));
	type_of_row(out->node, f);
	if (f->type == FACT_FLOAT)
		out->node->u.f = f->flt;
	else if (f->type == FACT_STR)
		out->node->u.s = bytes_of(f->text);
	else
		out->node->u.i = f->value;
	return OK;
}

enum err
sema_field(struct parser *p, const struct token *t, struct ex *x)
{
	const struct ir_node *n = x->node;
	const struct fact *f;
	struct ex out;

	if (n->type != IR_OBJECT || !n->is_table || x->fn != NULL)
		return parse_fail(
		    p, x->place, "\"%s\" is not a structure", parse_str(p, x->name));
	TRY(field_find(p, n->schema, t->text, &f));
	if (f == NULL)
		return parse_fail(
		    p, place_of(t), "invalid field name \"%s\"", parse_str(p, t->text));
	if (f->type == FACT_FN) {
		x->fn = f;
		x->name = t->text;
		return OK;
	}
	if (f->flags & FACT_CONST) {
		TRY(field_const(p, f, place_of(t), &out));
	} else {
		TRY(node_new(p, IR_FIELD, IR_INT, place_of(t), &out));
		TRY(node_kids(p, &out, x, 1));
		out.node->u.fact = f;
		type_of_row(out.node, f);
	}
	out.name = t->text;
	*x = out;
	return OK;
}

/* What an element of the array or dictionary is. */
void
sema_element(const struct fact *row, struct scope_var *out)
{
	struct ir_node n = { 0 };
	bool scalar = row->sub->name == NULL || row->sub->name[0] == 0;

	if (scalar)
		type_of_row(&n, row->sub);
	else
		n = (struct ir_node){
			.type = IR_OBJECT, .schema = row->sub, .is_table = true
		};
	out->type = n.type;
	out->schema = n.schema;
	out->is_table = n.is_table;
}

bool
sema_is_container(const struct ex *x, enum fact_type type)
{
	const struct ir_node *n = x->node;

	return n->type == IR_OBJECT && !n->is_table && x->fn == NULL &&
	       n->schema->type == type;
}

enum err
sema_index(struct parser *p, const struct ex *index, struct ex *x)
{
	bool dict = sema_is_container(x, FACT_DICT);
	struct ex kid[2] = { *x, *index }, out;
	struct scope_var elem;

	if (!dict && !sema_is_container(x, FACT_ARRAY))
		return parse_fail(p, x->place, "\"%s\" is not an array or dictionary",
		    parse_str(p, x->name));
	if (!dict && index->node->type != IR_INT)
		return parse_fail(
		    p, index->place, "array indexes must be of integer type");
	if (dict && index->node->type != IR_STR)
		return parse_fail(
		    p, index->place, "dictionary keys must be of string type");
	sema_element(x->node->schema, &elem);
	TRY(node_new(p, dict ? IR_KEY : IR_INDEX, elem.type, x->place, &out));
	TRY(node_kids(p, &out, kid, 2));
	out.node->schema = elem.schema;
	out.node->is_table = elem.is_table;
	out.name = x->name;
	*x = out;
	return OK;
}

static char
type_letter(enum ir_type t)
{
	static const char letter[] = { [IR_BOOL] = 'b',
		[IR_INT] = 'i',
		[IR_FLOAT] = 'f',
		[IR_STR] = 's',
		[IR_REGEX] = 'r',
		[IR_OBJECT] = '?' };

	return letter[t];
}

/* The overload that takes these arguments, or NULL. sig is "args:result". */
static const struct fact *
overload_find(const struct fact *first, struct bytes args, uint16_t hidden)
{
	struct bytes name = bytes_of(first->name);
	const struct fact *found = NULL;

	for (const struct fact *f = first; f->type != FACT_END; f++) {
		if (f->type == FACT_FN && bytes_eq(bytes_of(f->name), name) &&
		    strncmp(f->sig, (const char *)args.p, args.n) == 0 &&
		    f->sig[args.n] == ':' && is_better(f, found, hidden))
			found = f;
	}
	return found;
}

static enum ir_type
result_type(const struct fact *f)
{
	switch (f->sig[strlen(f->sig) - 1]) {
	case 'f': return IR_FLOAT;
	case 's': return IR_STR;
	case 'b': return IR_BOOL;
	default: return IR_INT;
	}
}

enum err
sema_call(struct parser *p, const struct ex *arg, uint32_t nargs, struct ex *x)
{
	char *args = arena_alloc(p->arena, nargs + 1u);
	struct ex *kid = ARENA_ARRAY(p->arena, nargs + 1u, struct ex), out;
	const struct fact *f;

	if (args == NULL || kid == NULL)
		return ERR_LIMIT;
	if (x->fn == NULL)
		return parse_fail(
		    p, x->place, "\"%s\" is not a function", parse_str(p, x->name));
	kid[0] = *x;
	for (uint32_t i = 0; i < nargs; i++) {
		args[i] = type_letter(arg[i].node->type);
		kid[i + 1] = arg[i];
	}
	f = overload_find(
	    x->fn, (struct bytes){ (const uint8_t *)args, nargs }, hidden_rows(p));
	if (f == NULL)
		return parse_fail(p, x->place, "wrong arguments for function \"%s\"",
		    parse_str(p, x->name));
	TRY(node_new(p, IR_CALL, result_type(f), x->place, &out));
	TRY(node_kids(p, &out, kid, nargs + 1));
	out.node->u.fact = f;
	out.name = bytes_of(args); /* so it is named in YARA's messages */
	*x = out;
	return OK;
}

enum err
sema_value(struct parser *p, struct ex *x)
{
	if (x->fn == NULL && x->node->type != IR_OBJECT)
		return OK;
	return parse_fail(
	    p, x->place, "wrong usage of identifier \"%s\"", parse_str(p, x->name));
}
