/* cmd_handover.c - candor handover: its sub-verbs, and what they share. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/handover_cmd.h"
#include "cli/msg.h"
#include "log/proof.h"

#define SUB(name) extern const struct verb verb_handover_##name;
#include "cli/handover_subs.def"
#undef SUB

static const struct verb *const subs[] = {
#define SUB(name) &verb_handover_##name,
#include "cli/handover_subs.def"
#undef SUB
	NULL,
};

static const struct opt no_opts[] = { OPT_LAST };

static int
run_handover(int argc, char **argv, const struct verb *v)
{
	return cli_run_sub(v, argc, argv);
}

const struct verb verb_handover = {
	"handover",
	"SUBVERB [OPTION]... [ARGUMENT]...",
	"hand source and build over so that others can check it",
	no_opts,
	run_handover,
	subs,
};

void
handover_size(struct buf *out, uint64_t bytes)
{
	static const char unit[] = "kMGTPE";
	uint64_t tenths;
	size_t at = 0;

	if (bytes < 1000) {
		buf_printf(out, "%" PRIu64 " B", bytes);
		return;
	}
	while (bytes >= 1000000 && at < sizeof(unit) - 2) {
		bytes /= 1000;
		at++;
	}
	tenths = bytes / 100;
	buf_printf(
	    out, "%" PRIu64 ".%" PRIu64 " %cB", tenths / 10, tenths % 10, unit[at]);
}

/* --- how far it is -------------------------------------------------------------- */

struct handover_telling
handover_telling(bool wanted)
{
	return (struct handover_telling){ wanted && msg_terminal(STDERR_FILENO),
		sys_clock_ms(), 0 };
}

void
handover_draw(struct handover_telling *t, struct bytes line)
{
	uint64_t now = t->on ? sys_clock_ms() : 0;
	struct buf out = { 0 };

	if (!t->on || now - t->start < 500 || now - t->drawn < 200)
		return;
	t->drawn = now;
	buf_str(&out, "\r\033[K");
	buf_put(&out, line.p, line.n);
	if (sys_write_all(STDERR_FILENO, out.p, out.n) != OK)
		t->on = false;
	buf_done(&out);
}

void
handover_progress(void *arg, const char *doing, uint64_t done, uint64_t total)
{
	struct handover_telling *t = arg;
	struct buf line = { 0 };

	if (!t->on)
		return;
	buf_printf(&line, "%s ", doing);
	handover_size(&line, done);
	buf_str(&line, " of ");
	handover_size(&line, total);
	handover_draw(t, buf_bytes(&line));
	buf_done(&line);
}

void
handover_clear(struct handover_telling *t)
{
	if (t->on && t->drawn > 0 && sys_write_all(STDERR_FILENO, "\r\033[K", 4) != OK)
		t->on = false;
	t->drawn = 0;
}

/* --- whom to believe ------------------------------------------------------------ */

static enum err
add_key(struct handover_trust *t, struct bytes text, struct fault *f)
{
	t->key = xgrow(t->key, &t->cap, t->nkeys + 1, sizeof(*t->key));
	return note_key_parse(text, &t->key[t->nkeys++], f);
}

/* A key a line; empty lines and those with # are passed over. */
static enum err
add_keys(struct handover_trust *t, const char *path, struct fault *f)
{
	struct buf *text = &t->text[t->ntexts];
	struct bytes rest, line;

	if (t->ntexts == COUNT(t->text))
		return fault_set(
		    f, FAULT_KEY, "more than %zu files of keys", COUNT(t->text));
	t->ntexts++;
	TRY(log_read_file(path, POLICY_TEXT, text, f));
	for (rest = buf_bytes(text); rest.n > 0;) {
		uint64_t nl = bytes_find(rest, 0, BYTES_LIT("\n"));

		line = bytes_clip(rest, 0, nl);
		rest = bytes_from(rest, num_add(line.n, 1));
		if (line.n > 0 && line.p[0] != '#')
			TRY(add_key(t, line, f));
	}
	return OK;
}

static enum err
load_keys(const struct opt_list *l, struct handover_trust *t, struct fault *f)
{
	for (size_t i = 0; i < l->n; i++) {
		struct note_key key;

		if (note_key_parse(bytes_of(l->p[i]), &key, NULL) == OK)
			TRY(add_key(t, bytes_of(l->p[i]), f));
		else
			TRY(add_keys(t, l->p[i], f));
	}
	return OK;
}

/* A proof that is not there is no trouble here: verify_bundle says what it means. */
static enum err
load_proof(const struct handover_trust_args *a, const char *bundle,
    struct handover_trust *t, struct fault *f)
{
	char *path = a->proof ? xstrdup(a->proof) : xprintf("%s.tlog-proof", bundle);
	enum err e = OK;

	t->proved = a->proof != NULL || access(path, F_OK) == 0;
	if (t->proved)
		e = log_read_file(path, PROOF_MOST, &t->proof, f);
	free(path);
	return e;
}

enum err
handover_trust_load(const struct handover_trust_args *a, const char *bundle,
    struct handover_trust *out, struct fault *f)
{
	struct log_trust_args log = { .trust = a->trust };

	*out = (struct handover_trust){ 0 };
	TRY(load_keys(&a->keys, out, f));
	if (a->trust == NULL)
		return OK;
	TRY(log_trust_load(&log, NULL, &out->log, f));
	out->logged = true;
	return load_proof(a, bundle, out, f);
}

struct verify_want
handover_want(const struct handover_trust *t, struct handover_telling *telling)
{
	struct verify_want w = { .keys = t->key,
		.nkeys = t->nkeys,
		.arg = telling,
		.progress = handover_progress };

	if (t->logged)
		w.policy = &t->log.policy;
	if (t->proved)
		w.proof = buf_bytes(&t->proof);
	return w;
}

void
handover_trust_done(struct handover_trust *t)
{
	for (size_t i = 0; i < t->ntexts; i++)
		buf_done(&t->text[i]);
	if (t->logged)
		log_trust_done(&t->log);
	buf_done(&t->proof);
	free(t->key);
}
