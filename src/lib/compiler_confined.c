/* compiler_confined.c - the sources to a worker, a sealed database back. */
#include <stdlib.h>

#include "base/sys.h"
#include "lib/compiler.h"
#include "lib/why.h"
#include "sandbox/compile.h"

#define MEMORY_EXTRA (512ull << 20) /* the database being written, libc */

struct confined {
	struct candor_compiler *c;
	size_t at, added; /* the next source to send; how many there are to send */
};

/* A source's text in a sealed file: what the worker is handed. */
static enum err
give(const struct compiler_source *s, struct compile_source *out)
{
	CLEAN(fd_closep) int fd = -1;

	TRY(sys_memfd("candor-rules", &fd));
	TRY(sys_write_all(fd, s->text.p, s->text.n));
	TRY(sys_seal(fd));
	*out = (struct compile_source){ .fd = fd,
		.size = s->text.n,
		.ns = s->ns ? bytes_of(s->ns) : (struct bytes){ 0 } };
	fd = -1;
	return OK;
}

static enum err
on_next(void *arg, struct compile_source *out)
{
	struct confined *k = arg;

	return k->at < k->added ? give(&k->c->source[k->at++], out) : ERR_END;
}

/* New sources are appended, in the order of their numbers, by both sides. */
static enum err
on_include(void *arg, unsigned from, struct bytes path, struct compile_source *out)
{
	struct confined *k = arg;
	size_t had = k->c->n;
	unsigned number;

	TRY(compiler_include(k->c, from, path, &number));
	TRY(give(&k->c->source[number], out));
	out->again = k->c->n == had ? number + 1 : 0;
	return OK;
}

static void
on_diag(void *arg, const struct diag *d, unsigned source)
{
	struct confined *k = arg;

	compiler_tell(k->c, d, source < k->c->n ? k->c->source[source].name : "rules");
}

static int
failed(const struct candor_compiler *c, enum err e, const char *why)
{
	if (e == ERR_SYNTAX && c->told)
		return CANDOR_ERR_SYNTAX;
	return why_fail(e == ERR_LIMIT ? CANDOR_ERR_LIMIT : CANDOR_ERR_WORKER,
	    "cannot compile the rules: %s", why[0] ? why : err_name(e));
}

int
compiler_confined(struct candor_compiler *c, struct candor_rules **out)
{
	struct confined k = { .c = c, .added = c->n };
	struct compile_job job = {
		.program = why_worker(),
		.opts = { .strings_per_rule = (uint32_t)c->strings,
		    .memory = c->memory,
		    .exts = exts_wire(&c->exts) },
		.timeout_ms = (uint32_t)(c->timeout_ms < UINT32_MAX ? c->timeout_ms : 0),
		.data_limit = c->memory + MEMORY_EXTRA,
		.arg = &k,
		.next = on_next,
		.include = on_include,
		.diag = on_diag,
	};
	char why[COMPILE_WHY];
	uint64_t size = 0;
	int db = -1;
	enum err e;

	if (job.program == NULL)
		return CANDOR_ERR_WORKER;
	job.opts.flags = (c->flags & CANDOR_STRICT_ESCAPE ? WIRE_STRICT_ESCAPE : 0) |
			 (c->flags & CANDOR_YARA_ONLY ? WIRE_YARA_ONLY : 0) |
			 (c->flags & CANDOR_YARAX ? WIRE_YARAX : 0) |
			 (c->include == NULL ? WIRE_NO_INCLUDES : 0);
	e = compile_run(&job, &db, &size, why);
	free((char *)(uintptr_t)job.program);
	return e == OK ? rules_adopt(db, size, RULES_OURS, out) : failed(c, e, why);
}
