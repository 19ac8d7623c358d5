/* cmd_handover_verify.c - candor handover verify and open: the examiner's first steps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/handover_cmd.h"
#include "crypto/hash.h"
#include "handover/follow.h"
#include "handover/layout.h"
#include "handover/unpack.h"
#include "handover/verify.h"

/* Of both: verify takes no folder. */
struct verify_args {
	struct handover_trust_args trust;
	const char *only, *previous;
	bool json, quiet;
	uint64_t limit;
};

/* clang-format off */
#define AT(field) offsetof(struct verify_args, field)
static const struct opt verify_opts[] = {
	HANDOVER_TRUST_OPTS(struct verify_args),
	{ 0, "previous", OPT_STR, "BUNDLE", "the handover before it: nothing is missing between the two", AT(previous) },
	{ 0, "limit", OPT_SIZE, "SIZE", "bytes that a bundle may hold (64G)", AT(limit) },
	{ 0, "json", OPT_FLAG, NULL, "one JSON object for programs", AT(json) },
	{ 'q', "quiet", OPT_FLAG, NULL, "say nothing when it is good", AT(quiet) },
	OPT_LAST,
};

static const struct opt open_opts[] = {
	HANDOVER_TRUST_OPTS(struct verify_args),
	{ 0, "only", OPT_STR, "FOLDER", "only what is in source, artefacts, rules ...", AT(only) },
	{ 0, "limit", OPT_SIZE, "SIZE", "bytes that a bundle may hold (64G)", AT(limit) },
	{ 'q', "quiet", OPT_FLAG, NULL, "say nothing when it went well", AT(quiet) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

/* A bundle that is being verified, and what came of it. */
struct verifying {
	const struct verify_args *args;
	const char *path;
	struct handover_telling telling;
	struct handover_trust trust;
	struct bundle bundle;
	bool open;
	struct verify_out out;
	struct bundle earlier; /* with --previous */
	bool earlier_open;
	struct follow follow;
	struct fault fault;
};

/* --- text ----------------------------------------------------------------------- */

static void
put_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	buf_printf(out, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

static void
put_head(struct buf *out, const struct bundle *b)
{
	char date[UTC_SIZE], hex[2 * LABEL_DIGEST + 1];

	utc_print(b->label.date, date);
	hash_hex(b->digest, LABEL_DIGEST, hex);
	text_escape(out, b->label.product);
	buf_u8(out, ' ');
	text_escape(out, b->label.version);
	buf_printf(out, ", handed over %s\n  MANIFEST   %s\n", date, hex);
}

static uint64_t
packages(const struct bundle *b, uint64_t *known)
{
	struct list_package p;
	struct buf text = { 0 };
	struct lines l;
	uint64_t n = 0;

	*known = 0;
	if (bundle_read(b, bundle_find(b, LAYOUT_PACKAGES), SIZE_MAX, &text, NULL) ==
	    OK) {
		l = lines_of(LAYOUT_PACKAGES, buf_bytes(&text));
		while (list_package_next(&l, &p, NULL) == OK) {
			n++;
			*known += p.known;
		}
	}
	buf_done(&text);
	return n;
}

static void
put_content(struct buf *out, const struct verifying *v)
{
	size_t files, artefacts, debs;
	uint64_t known, n = packages(&v->bundle, &known);

	(void)bundle_folder(&v->bundle, LAYOUT_SOURCE, &files);
	(void)bundle_folder(&v->bundle, LAYOUT_ARTEFACT, &artefacts);
	(void)bundle_folder(&v->bundle, LAYOUT_TOOLCHAIN, &debs);
	buf_str(out, "  integrity  ");
	put_count(out, v->out.members, "member", "members");
	buf_str(out, ", ");
	handover_size(out, v->out.bytes);
	buf_str(out, ": all as MANIFEST lists them\n  complete   ");
	put_count(out, files, "source file", "source files");
	buf_str(out, ", a recipe, ");
	put_count(out, artefacts, "artefact", "artefacts");
	buf_str(out, " that it promises\n  toolchain  ");
	put_count(out, n, "package", "packages");
	buf_printf(out, ", of %" PRIu64 " the digest is told%s\n", known,
	    debs > 0 ? "; they are in the bundle" : "");
}

static void
put_seals(struct buf *out, const struct verifying *v)
{
	struct buf vkey = { 0 };

	note_key_print(&v->out.key, &vkey);
	buf_str(out, "  signed by  ");
	text_escape(out, buf_bytes(&vkey));
	buf_printf(out, "\n             note, SSH signature and provenance hold; %s\n",
	    v->out.trusted ? "you trust this key"
			   : "nobody told that this key is the vendor's (--key)");
	buf_done(&vkey);
	if (!v->out.logged) {
		buf_str(out, "  logged     not looked at (--trust)\n");
		return;
	}
	buf_printf(out, "  logged     entry %" PRIu64 " of ", v->out.index);
	text_escape(out, v->out.seen->checkpoint.origin);
	buf_str(out, ", seen by ");
	put_count(out, v->out.seen->cosignatures, "witness", "witnesses");
	buf_u8(out, '\n');
}

/* What was between the handover before and this one. */
static void
put_previous(struct buf *out, const struct verifying *v)
{
	char hex[2 * LABEL_DIGEST + 1];

	if (!v->bundle.label.follows)
		return;
	hash_hex(v->bundle.label.previous, LABEL_DIGEST, hex);
	buf_str(out, "  previous   ");
	if (!v->earlier_open) {
		buf_printf(out, "not looked at (--previous): MANIFEST %s\n", hex);
		return;
	}
	text_escape(out, v->earlier.label.version);
	buf_str(out, " is the handover before it; ");
	put_count(out, v->follow.added, "update", "updates");
	buf_printf(out, " since then, %zu of them under a name that was there before\n",
	    v->follow.changed);
}

static void
put_left_out(struct buf *out, const struct bundle *b)
{
	struct list_left left;
	struct buf text = { 0 };
	struct lines l;
	size_t n = 0;

	if (bundle_read(b, bundle_find(b, LAYOUT_LEFT_OUT), SIZE_MAX, &text, NULL) ==
	    OK) {
		l = lines_of(LAYOUT_LEFT_OUT, buf_bytes(&text));
		while (list_left_next(&l, &left, NULL) == OK)
			n++;
	}
	buf_done(&text);
	buf_str(out, "  left out   ");
	if (n == 0)
		buf_str(out, "nothing\n");
	else {
		put_count(out, n, "file", "files");
		buf_str(out, " (candor handover show tells which, and why)\n");
	}
}

static void
print_text(const struct verifying *v)
{
	struct buf out = { 0 };

	put_head(&out, &v->bundle);
	put_content(&out, v);
	put_seals(&out, v);
	put_previous(&out, v);
	put_left_out(&out, &v->bundle);
	fwrite(out.p, 1, out.n, stdout);
	buf_done(&out);
}

/* --- JSON ----------------------------------------------------------------------- */

static void
json_about(struct json *j, const struct verifying *v)
{
	struct buf vkey = { 0 };

	json_bytes(j, "product", v->bundle.label.product);
	json_bytes(j, "version", v->bundle.label.version);
	json_hex(j, "manifest", (struct bytes){ v->bundle.digest, LABEL_DIGEST });
	json_uint(j, "members", v->out.members);
	json_uint(j, "bytes", v->out.bytes);
	if (v->out.name.n > 0) {
		note_key_print(&v->out.key, &vkey);
		json_bytes(j, "key", buf_bytes(&vkey));
		json_bool(j, "trusted", v->out.trusted);
	}
	if (v->earlier_open) {
		json_hex(
		    j, "previous", (struct bytes){ v->earlier.digest, LABEL_DIGEST });
		json_uint(j, "updates", v->follow.added);
		json_uint(j, "updatesAgain", v->follow.changed);
	}
	if (v->out.logged) {
		json_bytes(j, "log", v->out.seen->checkpoint.origin);
		json_uint(j, "entry", v->out.index);
		json_uint(j, "witnesses", v->out.seen->cosignatures);
	}
	buf_done(&vkey);
}

static void
print_json(const struct verifying *v)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };

	json_open(&j, NULL, '{');
	json_bytes(&j, "bundle", bytes_of(v->path));
	json_bool(&j, "good", v->fault.kind == FAULT_NONE);
	if (v->open)
		json_about(&j, v);
	if (v->fault.kind != FAULT_NONE) {
		json_int(&j, "code", fault_code(v->fault.kind));
		json_str(&j, "fault", fault_name(v->fault.kind));
		json_str(&j, "message", v->fault.text);
	}
	json_close(&j, '}');
	printf("%s\n", buf_cstr(&out));
	buf_done(&out);
}

/* --- the work ------------------------------------------------------------------- */

/* Who signed is a question; without an answer nothing was said about the vendor. */
static enum err
check_trusted(struct verifying *v)
{
	if (v->out.trusted)
		return OK;
	return fault_set(&v->fault, FAULT_UNSIGNED,
	    "it is signed by '%s', and nobody told that this is the vendor: give the key "
	    "with --key",
	    fault_quote(buf_bytes(&v->out.name)));
}

/* The earlier bundle is verified as well, by the same keys: it may be a forgery, too. */
static enum err
check_previous(struct verifying *v, struct verify_want w)
{
	struct fault *f = &v->fault;
	struct verify_out out = { 0 };
	enum err e;

	if (v->args->previous == NULL)
		return OK;
	TRY(bundle_open(v->args->previous, v->args->limit, &v->earlier, f));
	v->earlier_open = true;
	w.policy = NULL;
	e = verify_bundle(&v->earlier, &w, &out, f);
	verify_done(&out);
	return e == OK ? follow_check(&v->bundle, &v->earlier, &v->follow, f) : e;
}

static enum err
verify(struct verifying *v)
{
	struct fault *f = &v->fault;
	struct verify_want w;

	TRY(handover_trust_load(&v->args->trust, v->path, &v->trust, f));
	TRY(bundle_open(v->path, v->args->limit, &v->bundle, f));
	v->open = true;
	w = handover_want(&v->trust, &v->telling);
	TRY(verify_bundle(&v->bundle, &w, &v->out, f));
	return check_previous(v, w);
}

static void
finish(struct verifying *v)
{
	verify_done(&v->out);
	if (v->open)
		bundle_close(&v->bundle);
	if (v->earlier_open)
		bundle_close(&v->earlier);
	handover_trust_done(&v->trust);
}

/* Both verbs: the line is parsed, the work done with rest, and everything ended. */
static int
run_with(int argc, char **argv, const struct verb *verb, size_t operands,
    int (*work)(struct verifying *v, const struct opt_list *rest))
{
	struct verify_args a = { 0 };
	struct opt_list rest = { 0 };
	struct verifying *v = xcalloc(1, sizeof(*v));
	int code = log_parse(
	    &(struct log_line){ verb, operands, operands }, argc, argv, &a, &rest);

	if (code < 0) {
		v->args = &a;
		v->path = rest.p[0];
		v->telling = handover_telling(!a.quiet && !a.json);
		code = work(v, &rest);
		finish(v);
	}
	free(v);
	free(a.trust.keys.p);
	free(rest.p);
	return code;
}

static int
verify_file(struct verifying *v, const struct opt_list *rest)
{
	enum err e;

	(void)rest;

	e = verify(v);
	handover_clear(&v->telling);
	if (e == OK && !v->args->json && !v->args->quiet)
		print_text(v);
	if (e == OK)
		e = check_trusted(v);
	if (v->args->json)
		print_json(v);
	return e == OK         ? 0
	       : v->args->json ? fault_code(v->fault.kind)
			       : log_refused(&v->fault);
}

static int
run_verify(int argc, char **argv, const struct verb *verb)
{
	return run_with(argc, argv, verb, 1, verify_file);
}

const struct verb verb_handover_verify = {
	"handover verify",
	"BUNDLE",
	"is it what its vendor signed, all of it, and was it logged?",
	verify_opts,
	run_verify,
};

/* --- open ----------------------------------------------------------------------- */

/* "source" or "source/": a folder of the layout, with its slash. */
static const char *
folder_of(const char *only)
{
	for (size_t i = 0; i < layout_count; i++) {
		size_t n = strlen(layout_rows[i].name);

		if (layout_rows[i].name[n - 1] == '/' &&
		    strncmp(layout_rows[i].name, only, n - 1) == 0 &&
		    (only[n - 1] == '\0' || strcmp(only + n - 1, "/") == 0))
			return layout_rows[i].name;
	}
	return NULL;
}

static enum err
unpack(struct verifying *v, const char *dir)
{
	struct unpack_want w = {
		.dir = dir, .arg = &v->telling, .progress = handover_progress
	};

	if (v->args->only != NULL) {
		w.folder = folder_of(v->args->only);
		if (w.folder == NULL)
			return fault_set(&v->fault, FAULT_LACKS,
			    "a bundle has no folder '%s'",
			    fault_quote(bytes_of(v->args->only)));
	}
	TRY(verify(v));
	TRY(unpack_bundle(&v->bundle, &w, &v->fault));
	handover_clear(&v->telling);
	if (!v->args->quiet && !v->out.trusted)
		printf("unpacked to %s; every digest is as MANIFEST says, and the "
		       "signatures hold. Whose they are was not judged (--key)\n",
		    dir);
	else if (!v->args->quiet)
		printf("unpacked to %s; verified\n", dir);
	return OK;
}

static int
open_file(struct verifying *v, const struct opt_list *rest)
{
	enum err e = unpack(v, rest->p[1]);

	handover_clear(&v->telling);
	return e == OK ? 0 : log_refused(&v->fault);
}

static int
run_open(int argc, char **argv, const struct verb *verb)
{
	return run_with(argc, argv, verb, 2, open_file);
}

const struct verb verb_handover_open = {
	"handover open",
	"BUNDLE DIR",
	"unpack a bundle into a new folder",
	open_opts,
	run_open,
};
