/* task_compile.c - the COMPILE task: sources in, messages and a database out. */
#include <stdio.h>
#include <unistd.h>

#include "modules/modules.h"
#include "rules/compile.h"
#include "rules/ir.h"
#include "worker/rulelist.h"
#include "worker/task.h"

#define SOURCES_MAX 100000u
#define SOURCE_MAX  (1ull << 30)
#define CHUNK       (32u << 10)

struct compiling {
	struct worker *w;
	struct arena arena;
	struct wire_compile opts;
	struct rules_source *sources;
	size_t n, cap;
	struct rulelist list; /* every source that was sent, included ones too */
	struct diags diags;
	struct buf db, explain;
};

/* All of it, or fewer bytes when the file shrank. */
static enum err
read_text(struct arena *a, int fd, const struct wire_source *s, struct bytes *out)
{
	uint64_t size = s->size;
	size_t n = 0;
	uint8_t *p;

	if (size > SOURCE_MAX || s->off > INT64_MAX - SOURCE_MAX ||
	    (p = arena_alloc(a, (size_t)size + 1)) == NULL)
		return ERR_LIMIT;
	while (n < size) {
		ssize_t r = pread(fd, p + n, (size_t)size - n, (off_t)(s->off + n));

		if (r < 0)
			return ERR_IO;
		if (r == 0)
			break;
		n += (size_t)r;
	}
	*out = (struct bytes){ p, n };
	return OK;
}

/* payload and the message's next descriptor, as a source that lives in the arena. */
static enum err
take_source(struct compiling *c, const struct wire_source *s, struct rules_source *out)
{
	int fd = wire_take_fd(&c->w->in);
	struct rules_source r = {
		.file = arena_str(&c->arena, s->name),
		.ns = s->ns.n ? arena_str(&c->arena, s->ns) : "default",
	};
	enum err e;

	if (fd < 0)
		return ERR_PROTO;
	e = read_text(&c->arena, fd, s, &r.text);
	close(fd);
	TRY(e);
	if (r.file == NULL || r.ns == NULL)
		return ERR_LIMIT;
	if (c->opts.flags & WIRE_WANT_RULES)
		TRY(rulelist_add(&c->list, s->name, r.text));
	*out = r;
	return OK;
}

static enum err
add_source(struct compiling *c, const struct rules_source *s)
{
	struct rules_source *grown;

	if (c->n >= SOURCES_MAX)
		return ERR_LIMIT;
	grown = arena_grow(&c->arena, c->sources, &c->cap, c->n + 1, sizeof(*grown));
	if (grown == NULL)
		return ERR_LIMIT;
	c->sources = grown;
	c->sources[c->n++] = *s;
	return OK;
}

/* Until GO. A source that does not fit is remembered, and the rest still taken. */
static enum err
take_sources(struct compiling *c, enum err *fit)
{
	struct wire_frame f;

	for (;;) {
		struct wire_source s;
		struct rules_source r = { 0 };

		TRY(task_frame(c->w, &f));
		if (f.type == WIRE_GO)
			return OK;
		if (f.type != WIRE_SOURCE)
			return ERR_PROTO;
		TRY(wire_get_source(f.payload, &s));

		enum err e = take_source(c, &s, &r);

		if (e == OK)
			e = add_source(c, &r);
		if (e != OK && *fit == OK)
			*fit = e;
	}
}

/* rules_env.include: asks the parent, which alone can open files. */
static enum err
ask_include(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	struct compiling *c = arg;
	struct wire_include i = { bytes_of(from), path };
	struct wire_source s;
	struct wire_frame f;

	wire_put_include(wire_begin(&c->w->out), &i);
	wire_send(&c->w->out, WIRE_INCLUDE);
	TRY(wire_flush(&c->w->out));
	TRY(task_frame(c->w, &f));
	if (f.type != WIRE_INCLUDED)
		return ERR_PROTO;
	TRY(wire_get_source(f.payload, &s));
	if (!s.found)
		return ERR_ACCESS;
	return take_source(c, &s, out);
}

static uint32_t
flags_of(uint32_t wire)
{
	return (wire & WIRE_STRICT_ESCAPE ? RULES_STRICT_ESCAPE : 0) |
	       (wire & WIRE_NO_INCLUDES ? RULES_NO_INCLUDES : 0) |
	       (wire & WIRE_YARA_ONLY ? RULES_YARA_ONLY : 0) |
	       (wire & WIRE_YARAX ? RULES_YARAX : 0) |
	       (wire & WIRE_FIRST_ERROR ? RULES_FIRST_ERROR : 0) |
	       (wire & WIRE_WANT_EXPLAIN ? RULES_EXPLAIN : 0);
}

/* `candor dump` wants the facts of everything there is. */
static enum err
import_all(struct compiling *c)
{
	struct rules_source s = { .file = "modules", .ns = "default" };
	struct buf text = { 0 };

	for (size_t i = 0; modules[i] != NULL; i++)
		if (!modules[i]->unlisted)
			buf_printf(&text, "import \"%s\"\n", modules[i]->name);
	buf_str(&text, "rule modules { condition: false }\n");
	s.text = arena_bytes(&c->arena, buf_bytes(&text));
	buf_done(&text);
	return add_source(c, &s);
}

/* Reads the rules and says which there are; compiles nothing. */
static enum err
list(struct compiling *c, const struct rules_env *env)
{
	struct ir ir;

	TRY(rules_to_ir(env, c->sources, c->n, &ir));
	return rulelist_send(&c->list, &ir, &c->diags, &c->w->out);
}

static enum err
compile(struct compiling *c)
{
	struct rules_env env = {
		.arena = &c->arena,
		.diags = &c->diags,
		.flags = flags_of(c->opts.flags),
		.strings_per_rule = c->opts.strings_per_rule,
		.budget = c->opts.budget,
		.exts = c->opts.exts.p,
		.nexts = c->opts.exts.n,
		.include = ask_include,
		.include_arg = c,
		.explain = &c->explain,
		.explain_rule = c->opts.explain_rule,
	};

	if (c->opts.flags & WIRE_ALL_MODULES)
		TRY(import_all(c));
	env.modules = modules_tables(&c->arena, &env.nmodules);
	if (env.modules == NULL)
		return ERR_LIMIT;
	if (c->opts.flags & WIRE_WANT_RULES)
		return list(c, &env);
	if (c->opts.flags & WIRE_FORMAT)
		return task_format(&env, c->sources, c->n, &c->explain);
	if (c->opts.flags & WIRE_FIX)
		return task_fix(&env, c->sources, c->n, &c->explain);
	return rules_compile(&env, c->sources, c->n, &c->db);
}

static void
send_chunks(struct wire_out *o, enum wire_type type, struct bytes all)
{
	for (size_t at = 0; at < all.n; at += CHUNK) {
		struct bytes b = bytes_clip(all, at, CHUNK);

		buf_put(wire_begin(o), b.p, b.n);
		wire_send(o, type);
	}
}

static enum err
report(struct compiling *c, enum err result)
{
	struct wire_out *o = &c->w->out;

	for (const struct diag *d = c->diags.first; d != NULL; d = d->next) {
		wire_put_diag(wire_begin(o), d);
		wire_send(o, WIRE_DIAG);
	}
	send_chunks(o, WIRE_EXPLAIN, buf_bytes(&c->explain));
	if (result == OK && !(c->opts.flags & (WIRE_NO_DATABASE | WIRE_WANT_RULES)))
		send_chunks(o, WIRE_DATABASE, buf_bytes(&c->db));
	if (result != OK && result != ERR_SYNTAX)
		result = ERR_LIMIT;
	buf_le32(wire_begin(o), result);
	wire_send(o, WIRE_COMPILED);
	return wire_flush(o);
}

enum err
task_compile(struct worker *w, struct bytes payload)
{
	struct compiling c = { .w = w };
	struct arena init; /* outside of the budget, and as long as the process */
	enum err fit = OK;
	uint8_t *copy;

	arena_init(&init, 16 << 20);
	copy = arena_alloc(&init, payload.n + 1);
	if (copy == NULL)
		return task_refuse(w, "too many external variables");
	memcpy(copy, payload.p, payload.n); /* the message's buffer is used again */
	TRY(wire_get_compile((struct bytes){ copy, payload.n }, &init, &c.opts));
	arena_init(&c.arena, (size_t)c.opts.memory);
	c.diags.arena = &c.arena;
	c.list.arena = &c.arena;
	TRY(take_sources(&c, &fit));
	return report(&c, fit == OK ? compile(&c) : fit);
}
