/* cmd_handover_create.c - candor handover create: the vendor makes a bundle. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/handover_cmd.h"
#include "cli/msg.h"
#include "crypto/hash.h"
#include "evidence/sshsig.h"
#include "handover/create.h"
#include "handover/seal.h"
#include "handover/verify.h"
#include "log/keyfile.h"
#include "log/proof.h"
#include "log/store.h"

struct create_args {
	const char *out, *commit, *product, *version, *date, *recipe, *previous;
	const char *depends, *toolchain, *dpkg, *claims, *sbom, *builder, *key, *log;
	struct opt_list artefacts, rules, updates, allow, leave;
	bool json, quiet;
	const char *source; /* the operand */
	int64_t when;       /* seconds since 1970; -1: the commit's date */
};

/* clang-format off */
#define AT(field) offsetof(struct create_args, field)
static const struct opt create_opts[] = {
	{ 'o', "output", OPT_STR, "FILE", "the bundle to write; must not be there (PRODUCT-VERSION.handover)", AT(out) },
	{ 0, "product", OPT_STR, "NAME", "what is handed over", AT(product) },
	{ 0, "version", OPT_STR, "VERSION", "and which version of it", AT(version) },
	{ 0, "recipe", OPT_STR, "FILE", "the sh script that builds it", AT(recipe) },
	{ 0, "artefact", OPT_LIST, "PATH", "what the recipe makes: a file, or all in a folder", AT(artefacts) },
	{ 0, "key", OPT_STR, "FILE", "the private key to sign with (candor trust key)", AT(key) },
	{ 0, "commit", OPT_STR, "REV", "SOURCE is a git repository: hand over this commit of it", AT(commit) },
	{ 0, "date", OPT_STR, "TIME", "of the handover (SOURCE_DATE_EPOCH, or the commit's)", AT(date) },
	{ 0, "previous", OPT_STR, "BUNDLE", "the handover before this one", AT(previous) },
	{ 0, "build-depends", OPT_STR, "LIST", "packages that the build needs, as in Build-Depends", AT(depends) },
	{ 0, "with-toolchain", OPT_STR, "DIR", "put the toolchain's .debs in, which are there", AT(toolchain) },
	{ 0, "dpkg", OPT_STR, "DIR", "dpkg's database (/var/lib/dpkg)", AT(dpkg) },
	{ 0, "rules", OPT_LIST, "PATH", "rules that the product uses", AT(rules) },
	{ 0, "updates", OPT_LIST, "PATH", "updates since the last handover", AT(updates) },
	{ 0, "claims", OPT_STR, "FILE", "what is claimed of the product", AT(claims) },
	{ 0, "sbom", OPT_STR, "FILE", "an SPDX 2.3 file of your own, as JSON", AT(sbom) },
	{ 0, "builder", OPT_STR, "URI", "who built it, for the provenance", AT(builder) },
	{ 0, "leave-out", OPT_LIST, "PATTERN", "leave files of the source out, and say so", AT(leave) },
	{ 0, "allow-secret", OPT_LIST, "PATTERN", "hand over a file that looks like a secret", AT(allow) },
	{ 0, "log", OPT_STR, "DIR", "put the signature into this log of ours, and the proof beside the bundle", AT(log) },
	{ 0, "json", OPT_FLAG, NULL, "one JSON object for programs", AT(json) },
	{ 'q', "quiet", OPT_FLAG, NULL, "say nothing when it went well", AT(quiet) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

static void
secret(void *arg, const char *sentence)
{
	handover_clear(arg);
	msg_refusal(sentence, NULL);
}

/* --- the log -------------------------------------------------------------------- */

/* What is needed to put one entry into a log and prove it. */
struct logging {
	struct store_settings set;
	struct note_signer signer;
	struct buf hold, note, proof;
	struct store *store;
	struct tile_reader *tiles;
	uint64_t index;
};

static enum err
add_entry(struct logging *l, const char *dir, struct bytes note, struct fault *f)
{
	TRY(store_settings_read(dir, &l->set, f));
	TRY(keyfile_read(l->set.key_file, &l->hold, &l->signer, f));
	TRY(store_open(dir, &l->store, f));
	TRY(store_add(l->store, note, &l->index, f));
	TRY(store_sync(l->store, f));
	return store_publish(l->store, &l->signer, f);
}

static enum err
prove_entry(struct logging *l, struct fault *f)
{
	struct log_source source = store_source(l->store);
	struct checkpoint c;
	struct proof p;

	store_head(l->store, &c);
	TRY(source_read(&source, "checkpoint", NOTE_MOST, &l->note, f));
	TRY(tile_reader_new(&source, &c.head, &l->tiles, f));
	TRY(proof_make(l->tiles, l->index, buf_bytes(&l->note), &p, f));
	proof_print(&p, &l->proof);
	return OK;
}

static enum err
put_into_log(const char *dir, const char *bundle, struct bytes note, uint64_t *index,
    struct fault *f)
{
	char *path = xprintf("%s.tlog-proof", bundle);
	struct logging l = { 0 };
	enum err e = add_entry(&l, dir, note, f);

	if (e == OK)
		e = prove_entry(&l, f);
	if (e == OK)
		e = log_write_file(path, buf_bytes(&l.proof), f);
	*index = l.index;
	tile_reader_free(l.tiles);
	store_close(l.store);
	store_settings_done(&l.set);
	keyfile_wipe(&l.hold, &l.signer);
	buf_done(&l.note);
	buf_done(&l.proof);
	free(path);
	return e;
}

/* --- what was made -------------------------------------------------------------- */

struct made {
	const struct create_args *args;
	const char *path;
	struct create_made made;
	uint64_t index; /* in the log */
};

static void
report_json(const struct made *m, const struct note_key *key)
{
	struct buf out = { 0 }, vkey = { 0 };
	struct json j = { .out = &out };

	note_key_print(key, &vkey);
	json_open(&j, NULL, '{');
	json_bytes(&j, "bundle", bytes_of(m->path));
	json_hex(&j, "manifest", (struct bytes){ m->made.digest, LABEL_DIGEST });
	json_uint(&j, "members", m->made.members);
	json_uint(&j, "bytes", m->made.bytes);
	json_uint(&j, "left_out", m->made.left_out);
	json_bytes(&j, "key", buf_bytes(&vkey));
	if (m->args->log != NULL)
		json_uint(&j, "entry", m->index);
	json_close(&j, '}');
	printf("%s\n", buf_cstr(&out));
	buf_done(&vkey);
	buf_done(&out);
}

static void
report(const struct made *m, const struct note_key *key)
{
	char hex[2 * LABEL_DIGEST + 1];
	struct buf size = { 0 }, line = { 0 };

	hash_hex(m->made.digest, LABEL_DIGEST, hex);
	handover_size(&size, m->made.bytes);
	printf("wrote %s: %" PRIu64 " members, %s", m->path, m->made.members,
	    buf_cstr(&size));
	if (m->made.left_out > 0)
		printf("; %" PRIu64 " left out (listed in it)", m->made.left_out);
	printf("\nMANIFEST   %s\n", hex);
	if (m->args->log != NULL)
		printf("logged     entry %" PRIu64 "; the proof is %s.tlog-proof\n",
		    m->index, m->path);
	note_key_print(key, &line);
	printf("signed by  %s\n", buf_cstr(&line));
	buf_clear(&line);
	sshsig_signer(key->pub, key->name, SEAL_NAMESPACE, &line);
	printf("for ssh    %s", buf_cstr(&line));
	buf_done(&line);
	buf_done(&size);
}

/* --- the command ---------------------------------------------------------------- */

static int
usage(const char *what)
{
	msg_error("handover create: %s", what);
	msg_hint("try 'candor help handover create'");
	return OPT_EXIT_USAGE;
}

/* "@1700000000" or a time in words; the environment's is a number alone. */
static bool
date_of(const struct create_args *a, int64_t *out)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t n;

	*out = -1;
	if (a->date != NULL)
		return utc_parse_day(bytes_of(a->date), out) == OK;
	if (epoch == NULL)
		return true;
	if (!text_number(bytes_of(epoch), &n) || n > UTC_MAX)
		return false;
	*out = (int64_t)n;
	return true;
}

static const char *
missing(const struct create_args *a)
{
	return a->product == NULL    ? "--product is missing"
	       : a->version == NULL  ? "--version is missing"
	       : a->recipe == NULL   ? "--recipe is missing: the script that builds it"
	       : a->artefacts.n == 0 ? "--artefact is missing: what the recipe makes"
	       : a->key == NULL      ? "--key is missing: who hands it over"
				     : NULL;
}

static struct create_list
list_of(const struct opt_list *l)
{
	return (struct create_list){ l->p, l->n, NULL };
}

static struct create_want
want_of(const struct create_args *a)
{
	return (struct create_want){ .source = a->source,
		.commit = a->commit,
		.date = a->when,
		.product = a->product,
		.version = a->version,
		.previous = a->previous,
		.recipe = a->recipe,
		.artefacts = list_of(&a->artefacts),
		.rules = list_of(&a->rules),
		.updates = list_of(&a->updates),
		.allow = list_of(&a->allow),
		.leave = list_of(&a->leave),
		.depends = a->depends,
		.dpkg = a->dpkg,
		.toolchain = a->toolchain,
		.claims = a->claims,
		.sbom = a->sbom,
		.builder = a->builder };
}

/* RFC 3986, 3.1 and 3.5, as far as provenance asks: a scheme, and no blanks. */
static bool
is_uri(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789+-.");

	if (n == 0 || !isalpha((unsigned char)s[0]) || s[n] != ':' || s[n + 1] == '\0')
		return false;
	for (s += n; *s != '\0'; s++)
		if (!isgraph((unsigned char)*s))
			return false;
	return true;
}

/* Such a pattern is a slip as a rule, and what it was to keep back is handed over. */
static void
warn_unused(const char *option, const struct create_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->used[i])
			msg_error("warning: %s '%s' met nothing", option, l->p[i]);
}

/* The vendor's own SBOM is judged as every client will: what they refuse is not made. */
static enum err
judge(const char *path, struct fault *f)
{
	const struct verify_want nobody = { .nkeys = 0 };
	struct verify_out seals = { 0 };
	struct bundle b = { .fd = -1 };
	enum err e = bundle_open(path, 0, &b, f);

	if (e == OK) {
		e = verify_bundle(&b, &nobody, &seals, f);
		bundle_close(&b);
	}
	verify_done(&seals);
	if (e != OK)
		unlink(path);
	return e;
}

static int
create(const struct create_args *a)
{
	struct create_want w = want_of(a);
	struct handover_telling t = handover_telling(!a->quiet && !a->json);
	struct note_signer signer = { 0 };
	struct fault f = { 0 };
	struct buf hold = { 0 };
	char *path =
	    a->out ? xstrdup(a->out) : xprintf("%s-%s.handover", a->product, a->version);
	struct made m = { .args = a, .path = path };
	enum err e = keyfile_read(a->key, &hold, &signer, &f);

	w.leave.used = xcalloc(w.leave.n + 1, sizeof(bool));
	w.allow.used = xcalloc(w.allow.n + 1, sizeof(bool));
	w.signer = &signer;
	w.arg = &t;
	w.progress = handover_progress;
	w.secret = secret;
	if (e == OK && signer.key.alg != NOTE_ED25519)
		e = fault_set(&f, FAULT_KEY,
		    "'%s' is a witness's key: it cannot sign this", a->key);
	if (e == OK)
		e = create_bundle(&w, path, &m.made, &f);
	handover_clear(&t);
	if (e == OK && a->sbom != NULL)
		e = judge(path, &f);
	if (e == OK) {
		warn_unused("--leave-out", &w.leave);
		warn_unused("--allow-secret", &w.allow);
	}
	free(w.leave.used);
	free(w.allow.used);
	if (e == OK && a->log != NULL)
		e = put_into_log(a->log, path, buf_bytes(&m.made.note), &m.index, &f);
	if (e == OK && a->json)
		report_json(&m, &signer.key);
	else if (e == OK && !a->quiet)
		report(&m, &signer.key);
	buf_done(&m.made.note);
	keyfile_wipe(&hold, &signer);
	free(path);
	return e == OK ? 0 : log_refused(&f);
}

static int
run_create(int argc, char **argv, const struct verb *v)
{
	struct create_args a = { 0 };
	struct opt_list rest = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0 && missing(&a) != NULL)
		code = usage(missing(&a));
	if (code < 0 && a.builder != NULL && !is_uri(a.builder))
		code = usage("--builder is a URI, such as https://build.example/1");
	if (code < 0 && !date_of(&a, &a.when))
		code = usage("the date must be like 2026-11-29 or 2026-11-29T10:00:00Z, "
			     "and SOURCE_DATE_EPOCH a number");
	if (code < 0 && a.when < 0 && a.commit == NULL)
		code = usage("a folder has no date: give --date, or set "
			     "SOURCE_DATE_EPOCH");
	if (code < 0) {
		a.source = rest.p[0];
		code = create(&a);
	}
	free(a.artefacts.p);
	free(a.rules.p);
	free(a.updates.p);
	free(a.allow.p);
	free(a.leave.p);
	free(rest.p);
	return code;
}

const struct verb verb_handover_create = {
	"handover create",
	"SOURCE",
	"make a bundle of a folder, or of a commit of git",
	create_opts,
	run_create,
};
