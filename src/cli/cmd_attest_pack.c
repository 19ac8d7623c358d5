/* cmd_attest_pack.c - candor attest pack: statements onto the site that clients ask. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/attest_cmd.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "crypto/hash.h"
#include "evidence/docket_make.h"
#include "evidence/dsse.h"
#include "log/files.h"
#include "update/offer.h"

struct pack {
	int dir;
	struct docket_list list;
	struct buf archive;
};

/* What is there already stays. */
static enum err
load(struct pack *p, const char *site, struct fault *f)
{
	struct log_place place;
	struct buf text = { 0 }, old = { 0 };
	struct offer o;
	char path[FILES_PATH];
	enum err e = log_place_open(site, &place, f);

	if (e == OK)
		e = place.source.read(
		    place.source.arg, OFFER_LATEST, OFFER_TEXT, &text, f);
	if (e == ERR_END) {
		log_place_close(&place);
		buf_done(&text);
		return OK; /* the first ones */
	}
	if (e == OK)
		e = offer_parse(buf_bytes(&text), &o, f);
	if (e == OK) {
		offer_path(&o, path);
		e = source_read(&place.source, path, DOCKET_BYTES, &old, f);
	}
	if (e == OK)
		e = docket_add_all(&p->list, buf_bytes(&old), f);
	log_place_close(&place);
	buf_done(&text);
	buf_done(&old);
	return e;
}

static enum err
add(struct pack *p, const char *path, struct fault *f)
{
	struct buf one = { 0 };
	enum err e = attest_docket(path, &one, f);

	if (e == OK)
		e = docket_add_all(&p->list, buf_bytes(&one), f);
	buf_done(&one);
	return e;
}

static enum err
add_file(struct pack *p, const char *path, struct fault *f)
{
	char *proof_name = attest_proof_name(path);
	struct buf envelope = { 0 }, proof = { 0 };
	enum err e = log_read_file(path, DSSE_MAX, &envelope, f);

	/* clients count nothing that is not logged, so it is not put up either */
	if (e == OK)
		e = log_read_file(proof_name, DOCKET_PROOF, &proof, f);
	if (e == OK)
		docket_add(&p->list, buf_bytes(&envelope), buf_bytes(&proof));
	buf_done(&envelope);
	buf_done(&proof);
	free(proof_name);
	return e;
}

/* The archive first, then the name that leads to it. */
static enum err
put_up(struct pack *p, const char *site, struct fault *f)
{
	struct files files = { .name = site };
	struct buf text = { 0 };
	struct offer o = { 0 };
	char path[FILES_PATH];
	enum err e;

	TRY(docket_print(&p->list, &p->archive, f));
	o.size = p->archive.n;
	hash_of(HASH_SHA256, buf_bytes(&p->archive), o.sha256);
	offer_print(&o, &text);
	offer_path(&o, path);
	files.dir = open(site, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files.dir < 0)
		e = fault_set(f, FAULT_IO, "there is no folder '%s'", site);
	else
		e = files_replace(&files, path, buf_bytes(&p->archive), f);
	if (e == OK)
		e = files_replace(&files, OFFER_LATEST, buf_bytes(&text), f);
	if (e == OK)
		printf("%zu statements in '%s/%s'\n", p->list.n, site, path);
	files_done(&files);
	fd_closep(&files.dir);
	buf_done(&text);
	return e;
}

static bool
is_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool yes = fd >= 0;

	fd_closep(&fd);
	return yes;
}

static int
run_pack(int argc, char **argv, const struct verb *v)
{
	struct opt_list rest = { 0 };
	struct pack p = { 0 };
	struct fault f = { 0 };
	char none;
	int code =
	    log_parse(&(struct log_line){ v, 2, SIZE_MAX }, argc, argv, &none, &rest);

	if (code < 0) {
		enum err e = load(&p, rest.p[0], &f);

		for (size_t i = 1; i < rest.n && e == OK; i++)
			e = is_folder(rest.p[i]) ? add(&p, rest.p[i], &f)
						 : add_file(&p, rest.p[i], &f);
		if (e == OK)
			e = put_up(&p, rest.p[0], &f);
		code = e == OK ? 0 : log_refused(&f);
	}
	docket_list_done(&p.list);
	buf_done(&p.archive);
	free(rest.p);
	return code;
}

static const struct opt no_opts[] = { OPT_LAST };

const struct verb verb_attest_pack = {
	"attest pack",
	"SITE STATEMENT.dsse|DIR...",
	"add statements to those that a site shows to clients",
	no_opts,
	run_pack,
};
