/* cmd_log_read.c - candor log proof, check, verify: what anybody can do. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "log/proof.h"

/* --- proof ---------------------------------------------------------------------------
 */

struct proof_args {
	struct log_trust_args trust;
	const char *out;
};

/* clang-format off */
static const struct opt proof_opts[] = {
	{ 'o', "output", OPT_STR, "FILE", "write it there (standard output)", offsetof(struct proof_args, out) },
	LOG_TRUST_OPTS(struct proof_args),
	OPT_LAST,
};
/* clang-format on */

static enum err
put_output(const char *path, struct bytes b, struct fault *f)
{
	if (path == NULL) {
		fwrite(b.p, 1, b.n, stdout); /* cli_main looks whether it left */
		return OK;
	}
	return log_write_file(path, b, f);
}

static enum err
prove(const struct proof_args *a, const char *where, const char *index, struct fault *f)
{
	struct log_reading r;
	struct proof p;
	struct buf text = { 0 };
	uint64_t i = 0;
	enum err e;

	TRY(log_index(index, &i, f));
	e = log_reading_open(where, &a->trust, &r, f);
	if (e == OK)
		e = proof_make(r.tiles, i, buf_bytes(&r.note), &p, f);
	if (e == OK) {
		proof_print(&p, &text);
		e = put_output(a->out, buf_bytes(&text), f);
	}
	buf_done(&text);
	log_reading_close(&r);
	return e;
}

static int
run_proof(int argc, char **argv, const struct verb *v)
{
	struct proof_args a = { 0 };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 2, 2 }, argc, argv, &a, &rest);

	if (code < 0)
		code = prove(&a, rest.p[0], rest.p[1], &f) == OK ? 0 : log_refused(&f);
	free(rest.p);
	return code;
}

const struct verb verb_log_proof = {
	"log proof",
	"DIR|URL INDEX",
	"write the proof that an entry is in the log",
	proof_opts,
	run_proof,
};

/* --- check ---------------------------------------------------------------------------
 */

struct check_args {
	struct log_trust_args trust;
};

/* clang-format off */
static const struct opt check_opts[] = {
	LOG_TRUST_OPTS(struct check_args),
	OPT_LAST,
};
/* clang-format on */

static void
say_head(const struct log_trust *t, const struct policy_seen *s)
{
	struct buf b = { 0 };
	char when[UTC_SIZE];

	text_escape(&b, s->checkpoint.origin);
	printf("%s, %" PRIu64 " entr%s, root ", buf_cstr(&b), s->checkpoint.head.size,
	    s->checkpoint.head.size == 1 ? "y" : "ies");
	buf_clear(&b);
	b64_put(&b, (struct bytes){ s->checkpoint.head.root.b, MERKLE_HASH });
	printf("%s\n", buf_cstr(&b));
	buf_done(&b);
	if (t->policy.quorum == POLICY_NO_QUORUM)
		return;
	utc_print((int64_t)s->sealed, when);
	printf("cosigned by %" PRIu32 " witness%s, fresh as of %s\n", s->cosignatures,
	    s->cosignatures == 1 ? "" : "es", when);
}

static enum err
check(const struct check_args *a, const char *entry, const char *file, struct fault *f)
{
	struct log_trust t;
	struct buf data = { 0 }, text = { 0 };
	struct policy_seen *seen = xcalloc(1, sizeof(*seen));
	struct merkle_hash leaf;
	struct proof p;
	enum err e = log_trust_load(&a->trust, NULL, &t, f);

	if (e == OK)
		e = log_read_file(entry, TILE_ENTRY_MOST, &data, f);
	if (e == OK)
		e = log_read_file(file, PROOF_MOST, &text, f);
	if (e == OK)
		e = proof_parse(buf_bytes(&text), &p, f);
	if (e == OK) {
		merkle_leaf(buf_bytes(&data), &leaf);
		e = proof_check(&p, &leaf, &t.policy, seen, f);
	}
	if (e == OK) {
		printf("entry %" PRIu64 " of ", p.index);
		say_head(&t, seen);
	}
	log_trust_done(&t);
	buf_done(&data);
	buf_done(&text);
	free(seen);
	return e;
}

static int
run_check(int argc, char **argv, const struct verb *v)
{
	struct check_args a = { 0 };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 2, 2 }, argc, argv, &a, &rest);

	if (code < 0)
		code = check(&a, rest.p[0], rest.p[1], &f) == OK ? 0 : log_refused(&f);
	free(rest.p);
	return code;
}

const struct verb verb_log_check = {
	"log check",
	"FILE PROOF",
	"does the proof hold that FILE is an entry of the log?",
	check_opts,
	run_check,
};

/* --- verify --------------------------------------------------------------------------
 */

struct verify_args {
	struct log_trust_args trust;
	const char *old;
};

/* clang-format off */
static const struct opt verify_opts[] = {
	{ 0, "old", OPT_STR, "FILE", "an older checkpoint, which must be in the log's past", offsetof(struct verify_args, old) },
	LOG_TRUST_OPTS(struct verify_args),
	OPT_LAST,
};
/* clang-format on */

/* The older checkpoint is a signed note, too: else it would prove nothing against us. */
static enum err
check_old(struct log_reading *r, const char *file, struct fault *f)
{
	struct policy_seen *old = xcalloc(1, sizeof(*old));
	struct merkle_reader hashes = tile_hashes(r->tiles, f);
	const struct merkle_head *now = &r->seen.checkpoint.head;
	struct policy one = r->trust.policy;
	struct merkle_hash root;
	struct buf b = { 0 };
	enum err e = log_read_file(file, NOTE_MOST, &b, f);

	one.quorum = POLICY_NO_QUORUM; /* the log's own signature is what binds it */
	if (e == OK)
		e = policy_check(&one, buf_bytes(&b), old, f);
	if (e == OK && !bytes_eq(old->checkpoint.origin, r->seen.checkpoint.origin))
		e = fault_set(f, FAULT_ORIGIN, "'%s' is of another log: '%s'", file,
		    fault_quote(old->checkpoint.origin));
	if (e == OK && old->checkpoint.head.size > now->size)
		e = fault_set(f, FAULT_SHRUNK,
		    "the log had %" PRIu64 " entries, and has only %" PRIu64 " now",
		    old->checkpoint.head.size, now->size);
	if (e == OK)
		e = merkle_root(&hashes, old->checkpoint.head.size, &root);
	if (e == OK && !merkle_same(&root, &old->checkpoint.head.root))
		e = fault_set(f, FAULT_FORK,
		    "the first %" PRIu64 " entries of the log are not those of '%s', "
		    "which the log signed as well: keep both, they prove it",
		    old->checkpoint.head.size, file);
	buf_done(&b);
	free(old);
	return e;
}

/* Every entry, every tile: what is not read here is not implied by the checkpoint. */
static enum err
verify_all(struct log_reading *r, struct fault *f)
{
	uint64_t size = r->seen.checkpoint.head.size;
	struct tile_bundle b = { 0 };
	enum err e = OK;

	for (uint64_t i = 0; e == OK && i < size; i += TILE_WIDTH)
		e = tile_read_bundle(r->tiles, i / TILE_WIDTH, &b, f);
	buf_done(&b.raw);
	return e;
}

static int
run_verify(int argc, char **argv, const struct verb *v)
{
	struct verify_args a = { 0 };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	struct log_reading *r = xcalloc(1, sizeof(*r));
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0) {
		enum err e = log_reading_open(rest.p[0], &a.trust, r, &f);

		if (e == OK && a.old != NULL)
			e = check_old(r, a.old, &f);
		if (e == OK)
			e = verify_all(r, &f);
		if (e == OK) {
			printf("good: ");
			say_head(&r->trust, &r->seen);
		}
		code = e == OK ? 0 : log_refused(&f);
		log_reading_close(r);
	}
	free(rest.p);
	free(r);
	return code;
}

const struct verb verb_log_verify = {
	"log verify",
	"DIR|URL",
	"recompute the whole log from its entries and tiles",
	verify_opts,
	run_verify,
};
