/* trial.c - see trial.h. */
#include "update/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "result/verdict.h"
#include "sandbox/compile.h"
#include "sandbox/pool.h"

#define TIMEOUT_MS   600000
#define MEMORY       (1ull << 30)
#define MEMORY_EXTRA (512ull << 20)
#define SCAN_MEMORY  (256ull << 20)
#define SCAN_MS      30000

struct compiling {
	const struct trial *t;
	size_t at;
	unsigned nfds;
	char first[200]; /* the first error */
	unsigned errors;
	size_t *given; /* which source each number is */
	size_t ngiven, cap;
};

/* A descriptor of the text, as workers want one. */
static enum err
give(struct compiling *c, size_t i, struct compile_source *out)
{
	const struct trial_source *s = &c->t->source[i];
	int fd;

	TRY(sys_memfd("candor-rules", &fd));
	if (sys_write_all(fd, s->text.p, s->text.n) != OK || sys_seal(fd) != OK) {
		fd_closep(&fd);
		return ERR_IO;
	}
	c->given = xgrow(c->given, &c->cap, c->ngiven + 1, sizeof(*c->given));
	c->given[c->ngiven++] = i;
	*out =
	    (struct compile_source){ .fd = fd, .size = s->text.n, .ns = bytes_of(s->ns) };
	return OK;
}

static enum err
on_next(void *arg, struct compile_source *out)
{
	struct compiling *c = arg;

	return c->at < c->t->n ? give(c, c->at++, out) : ERR_END;
}

/* Relative to the folder of the including file, and only what is in the archive. */
static enum err
on_include(void *arg, unsigned from, struct bytes path, struct compile_source *out)
{
	struct compiling *c = arg;
	const char *name = c->t->source[c->given[from]].name, *slash = strrchr(name, '/');
	char want[512];
	int n =
	    snprintf(want, sizeof(want), "%.*s%.*s", slash ? (int)(slash - name) + 1 : 0,
		name, path.n < 256 ? (int)path.n : 256, (const char *)path.p);

	if (n < 0 || (size_t)n >= sizeof(want) || c->ngiven > c->t->n * 2 + 1000)
		return ERR_ACCESS;
	for (size_t i = 0; i < c->t->n; i++)
		if (strcmp(c->t->source[i].name, want) == 0)
			return give(c, i, out);
	return ERR_ACCESS;
}

static void
on_diag(void *arg, const struct diag *d, unsigned source)
{
	struct compiling *c = arg;

	if (d->kind != DIAG_ERROR || c->errors++ > 0)
		return;
	snprintf(c->first, sizeof(c->first), "%.60s:%u: %.100s",
	    source < c->ngiven ? c->t->source[c->given[source]].name : "rules", d->line,
	    d->text);
}

enum err
trial_compile(const struct trial *t, int *db, uint64_t *size, struct fault *f)
{
	struct compiling c = { .t = t };
	const struct compile_job job = {
		.program = t->worker,
		.opts = { .memory = MEMORY },
		.timeout_ms = TIMEOUT_MS,
		.data_limit = MEMORY + MEMORY_EXTRA,
		.arg = &c,
		.next = on_next,
		.include = on_include,
		.diag = on_diag,
	};
	char why[COMPILE_WHY];
	enum err e = compile_run(&job, db, size, why);

	free(c.given);
	if (e == OK)
		return OK;
	if (c.errors == 0 && why[0] == '\0')
		return fault_set(
		    f, FAULT_IO, "cannot keep what was compiled: %s", sys_why());
	return fault_set(f, FAULT_RULES, "the rules do not compile: %s",
	    fault_quote(bytes_of(c.errors > 0 ? c.first : why)));
}

/* --- the trial scan --- */

/* In two pieces, so that no scanner takes this program for its test file. */
#define EICAR_1 "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"
#define EICAR_2 "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

static const char plain[] =
    "Candor is a malware scanner for Linux, in C, that does not ask to be trusted.\n"
    "This text is harmless, and no rule should think otherwise.\n";

struct sample {
	const char *name;
	bool must; /* be found; else must not */
	int fd;
	uint64_t size;
	struct verdict verdict;
	bool done;
	const char *failed;
};

struct scanning {
	struct sample *sample;
	size_t n, at;
};

static enum err
on_file(void *arg, struct pool_file *out)
{
	struct scanning *s = arg;
	struct sample *x;

	if (s->at == s->n)
		return ERR_END;
	x = &s->sample[s->at++];
	*out = (struct pool_file){ x, x->fd, x->size };
	return OK;
}

static void
on_finding(void *arg, void *item, const struct finding *x)
{
	struct sample *s = item;

	(void)arg;
	verdict_add(&s->verdict, x);
}

static void
on_again(void *arg, void *item)
{
	struct sample *s = item;

	(void)arg;
	s->verdict = (struct verdict){ 0 };
}

static void
on_done(void *arg, void *item, const char *failed)
{
	struct sample *s = item;

	(void)arg;
	s->done = true;
	s->failed = failed ? "a worker broke over it" : NULL;
}

static enum err
make_sample(struct sample *s, struct bytes content)
{
	TRY(sys_memfd("candor-sample", &s->fd));
	TRY(sys_write_all(s->fd, content.p, content.n));
	s->size = content.n;
	return sys_seal(s->fd);
}

static enum err
judge_sample(const struct sample *s, struct fault *f)
{
	bool found =
	    s->verdict.kind == VERDICT_MALICIOUS || s->verdict.kind == VERDICT_SUSPECT;
	bool whole = s->verdict.kind != VERDICT_FAILED &&
		     s->verdict.kind != VERDICT_INCOMPLETE && s->failed == NULL;

	if (!s->done || !whole)
		return fault_set(f, FAULT_TRIAL, "the new rules cannot scan %s: %s",
		    s->name, s->failed ? s->failed : verdict_name(s->verdict.kind));
	if (found == s->must)
		return OK;
	return fault_set(f, FAULT_TRIAL,
	    s->must ? "the new rules do not find %s" : "the new rules find malware in %s",
	    s->name);
}

static enum err
run_pool(
    const struct trial *t, int db, uint64_t size, struct scanning *s, struct fault *f)
{
	const struct pool_opts o = {
		.program = t->worker,
		.workers = 1,
		.memory = SCAN_MEMORY + MEMORY_EXTRA,
		.grace_ms = 10000,
		.db_fd = db,
		.scan = { .flags = WIRE_CHECK_SUM,
		    .timeout_ms = SCAN_MS,
		    .memory = SCAN_MEMORY,
		    .db_size = size },
	};
	const struct pool_events ev = {
		.arg = s,
		.next = on_file,
		.finding = on_finding,
		.again = on_again,
		.done = on_done,
	};
	struct pool_result result = { 0 };

	if (pool_run(&o, &ev, &result) == OK)
		return OK;
	return fault_set(f, FAULT_TRIAL, "the new rules cannot be opened: %s",
	    fault_quote(bytes_of(result.why)));
}

enum err
trial_scan(const struct trial *t, int db, uint64_t size, struct fault *f)
{
	static const char eicar[] = EICAR_1 EICAR_2;
	static const char zeros[4096];
	const struct bytes content[] = { bytes_of(eicar), { (const uint8_t *)"", 0 },
		bytes_of(plain), { (const uint8_t *)zeros, sizeof(zeros) } };
	struct sample sample[COUNT(content)] = { { .name = "the EICAR test file",
						     .must = true },
		{ .name = "an empty file" }, { .name = "a plain text" },
		{ .name = "a file of zeros" } };
	struct scanning s = { sample, COUNT(sample), 0 };
	enum err e = OK;

	for (size_t i = 0; i < COUNT(sample); i++)
		sample[i].fd = -1;
	for (size_t i = 0; i < COUNT(sample) && e == OK; i++)
		if (make_sample(&sample[i], content[i]) != OK)
			e = fault_set(f, FAULT_IO, "cannot make a sample: %s", sys_why());
	if (e == OK)
		e = run_pool(t, db, size, &s, f);
	for (size_t i = 0; i < COUNT(sample) && e == OK; i++)
		e = judge_sample(&sample[i], f);
	for (size_t i = 0; i < COUNT(sample); i++)
		fd_closep(&sample[i].fd);
	return e;
}
