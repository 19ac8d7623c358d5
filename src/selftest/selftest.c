/* selftest.c - see selftest.h. Prints TAP. */
#include "selftest/selftest.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "selftest/attacks.h"

#define FILLERS 300 /* entries before the first release: a log of several tiles */
#define SEEN    3   /* the release that the client has when it is attacked */

struct selftest {
	const char *candor;
	bool http;
	unsigned n, bad;
};

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* What was said, as comments of TAP. */
static void
show_said(const struct buf *said)
{
	struct bytes rest = buf_bytes(said);

	while (rest.n > 0) {
		uint64_t nl = bytes_find(rest, 0, BYTES_LIT("\n"));
		size_t n = nl == UINT64_MAX ? rest.n : (size_t)nl;

		printf("#   %.*s\n", (int)n, (const char *)rest.p);
		rest = bytes_from(rest, n < rest.n ? n + 1 : n);
	}
}

#define CONTENT "the lab's program, as it should be\n"

/* The client has release SEEN, and is content. */
static bool
prepare(struct lab *l, bool program, struct buf *said)
{
	lab_examiners(l);
	for (int i = 0; i < FILLERS; i++)
		lab_add(l, &l->log,
		    &(struct lab_release){
			.channel = "other", .sequence = (uint64_t)i + 1 });
	for (uint64_t i = 1; i <= SEEN; i++) {
		if (program)
			lab_honest_program(l, i, CONTENT);
		else
			lab_honest(l, i);
	}
	return lab_update(l, program ? "--release" : NULL, said) == 0;
}

struct outcome {
	int first, code, after;
	bool kept;
};

static void
strike(
    struct lab *l, const struct attack *a, bool http, struct outcome *o, struct buf *said)
{
	uint8_t before[32], now[32], statement[32];
	char *site = xprintf("%s/site", l->folder);
	struct server s = { 0 };
	bool serve = (http && !a->folder) || a->mood != SERVER_HONEST;

	lab_configure(l, a->conf ? a->conf : "");
	lab_installed(l, a->program, before);
	memcpy(statement, l->statement, sizeof(statement));
	a->strike(l);
	if (serve) {
		server_start(&s, site, a->mood);
		l->url = s.url;
	}
	o->code = lab_update(l, a->program ? "--release" : NULL, said);
	if (serve)
		server_end(&s);
	l->url = NULL;
	lab_installed(l, a->program, now);
	o->kept = memcmp(before, now, sizeof(now)) == 0;
	memcpy(l->statement, statement, sizeof(statement));
	free(site);
}

/* The attack is over, and the publisher goes on as if it had not been. */
static int
recover(struct lab *l, bool program)
{
	struct buf said = { 0 };
	int code;

	lab_remove(l, "site/keys/stable/latest");
	lab_remove(l, "site/rules/stable/latest");
	lab_configure(l, "");
	/* another program than the attacked one, to which somebody may have objected */
	if (program)
		lab_honest_program(l, SEEN + 1, "the lab's program, mended\n");
	else
		lab_honest(l, SEEN + 1);
	code = lab_update(l, program ? "--release" : NULL, &said);
	if (code != 0)
		show_said(&said);
	buf_done(&said);
	return code;
}

static void
run_attack(struct selftest *t, const struct attack *a)
{
	char folder[] = "/tmp/candor-selftest-XXXXXX";
	struct lab *l = xcalloc(1, sizeof(*l));
	struct outcome o = { .code = -1, .after = -1 };
	struct buf said = { 0 };
	int want = fault_code(a->want);
	bool good;

	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		bug("no folder for the lab");
	lab_init(l, folder, t->candor);
	if (prepare(l, a->program, &said)) {
		strike(l, a, t->http, &o, &said);
		o.after = recover(l, a->program);
	}
	good = o.code == want && o.kept && o.after == 0;
	t->bad += !good;
	printf("%sok %u - %s: %s: %s %d\n", good ? "" : "not ", ++t->n, a->name, a->what,
	    fault_name(a->want), want);
	if (!good)
		printf(
		    "#   exit %d, wanted %d; installed set %s; honest update after: %d\n",
		    o.code, want, o.kept ? "kept" : "CHANGED", o.after);
	show_said(&said);
	fflush(stdout);
	lab_done(l);
	free(l);
	buf_done(&said);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int
update_attacks(const char *candor, bool http)
{
	struct selftest t = { .candor = candor, .http = http };
	size_t count = attacks_count + attacks_program_count;

	printf("1..%zu\n", count);
	for (size_t i = 0; i < attacks_count; i++)
		run_attack(&t, &attacks[i]);
	for (size_t i = 0; i < attacks_program_count; i++)
		run_attack(&t, &attacks_program[i]);
	printf("# %zu attacks, %u not refused as they should be\n", count, t.bad);
	return t.bad > 0;
}

/* An honest world and nothing more, for tests that do their own harm: tests/proof. */
static int
make_lab(const char *folder, const char *count, bool rotate)
{
	struct lab *l = xcalloc(1, sizeof(*l));
	uint64_t n = strtoull(count, NULL, 10);

	lab_init(l, folder, "");
	for (uint64_t i = 1; i <= n && i < LAB_LOG_MAX; i++)
		lab_honest(l, i);
	if (rotate)
		lab_rotate(l, n + 1);
	lab_done(l);
	free(l);
	return 0;
}

int
selftest_main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc >= 4 && strcmp(what, "lab") == 0)
		return make_lab(
		    argv[2], argv[3], argc > 4 && strcmp(argv[4], "rotate") == 0);
	if (argc >= 3 && strcmp(what, "update-attacks") == 0)
		return update_attacks(
		    argv[2], argc > 3 && strcmp(argv[3], "--http") == 0);
	fprintf(stderr, "candor-selftest is started by candor selftest\n");
	return 3;
}
