/* apt.c - see apt.h. */
#include "apt/apt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apt/handed.h"
#include "base/sys.h"
#include "crypto/hash.h"
#include "evidence/docket.h"
#include "update/hearing.h"

struct asking {
	struct arena arena;
	struct conf conf;
	struct buf text; /* what apt said */
	struct weigh_ask ask;
	struct examiners *examiners;
	struct weigh_item *item;
	size_t cap;
	struct fault fault;
};

/* --- which files, and what they are -------------------------------------- */

static bool
is_asked(const struct asking *a, struct bytes package)
{
	uint32_t at = 0;

	return examiners_next(a->examiners, EXAMINERS_PACKAGE, package, &at) != NULL;
}

static enum err
digest(struct asking *a, struct bytes path, uint8_t out[32])
{
	CLEAN(fd_closep) int fd = -1;
	char *name = arena_str(&a->arena, path);
	enum err e = name ? sys_open(AT_FDCWD, name, SYS_FOLLOW, &fd) : ERR_LIMIT;

	if (e == OK)
		e = hash_stream(HASH_SHA256, fd, out);
	return e == OK ? OK
		       : fault_set(&a->fault, FAULT_IO, "cannot read '%s': %s",
			     fault_quote(path), sys_why());
}

static enum err
add(struct asking *a, const struct handed_file *h)
{
	struct weigh_item *i;
	char name[HANDED_NAME];

	if (!is_asked(a, h->package))
		return OK;
	if (a->ask.n == WEIGH_ITEMS || !handed_name(h, name))
		return fault_set(&a->fault, FAULT_TOO_LARGE,
		    "'%s': too many packages, or too long a name",
		    fault_quote(h->package));
	a->item = xgrow(a->item, &a->cap, a->ask.n + 1, sizeof(*a->item));
	i = &a->item[a->ask.n++];
	*i = (struct weigh_item){ .scope = EXAMINERS_PACKAGE, .name = h->package };
	i->file = arena_bytes(&a->arena, bytes_of(name));
	return digest(a, h->path, i->sha256);
}

static enum err
add_all(struct asking *a)
{
	struct handed w;
	struct handed_file h;
	enum err e = handed_open(&w, buf_bytes(&a->text));

	while (e == OK && (e = handed_next(&w, &h)) == OK)
		TRY(add(a, &h));
	return e == ERR_END ? OK
			    : fault_set(&a->fault, FAULT_CONF,
				  "line %u of what apt says: %s", w.line, w.why);
}

/* --- asking -------------------------------------------------------------- */

static enum err
read_files(struct asking *a, const char *config)
{
	struct conf_where where = { .config = config };

	TRY(conf_load(&where, &a->arena, &a->conf, &a->fault));
	if (config == NULL && access(a->conf.examiners, F_OK) != 0)
		return ERR_END; /* nobody is asked on this machine */
	TRY(hearing_files(&a->conf, &a->arena, &a->ask, &a->fault));
	a->examiners = xcalloc(1, sizeof(*a->examiners));
	return examiners_parse(a->ask.examiners, &a->arena, a->examiners, &a->fault);
}

/* Also when all may be unpacked: one of them may have been an objection. */
static void
say_damaged(const struct weigh_said *s)
{
	struct buf b = { 0 };

	damaged_say(&s->damaged, &b);
	if (b.n > 0)
		fprintf(stderr, "candor-apt: %s\n", buf_cstr(&b));
	buf_done(&b);
}

/* One line a file that may not be unpacked; how many. */
static unsigned
say(const struct asking *a, const struct weigh_said *s)
{
	unsigned refused = 0;

	say_damaged(s);
	for (size_t i = 0; i < s->n; i++) {
		const struct fault *f = &s->verdict[i].fault;

		if (f->kind == FAULT_NONE)
			continue;
		fprintf(stderr, "candor-apt: %s (%s)\n", f->text, fault_name(f->kind));
		refused++;
	}
	if (refused > 0)
		fprintf(stderr,
		    "candor-apt: %u of %zu packages that %s is about must not be "
		    "unpacked, so nothing is; `candor verify --explain --package NAME "
		    "FILE` tells more, `candor update --statements` asks for news\n",
		    refused, s->n, a->conf.examiners);
	return refused;
}

static enum err
judge(struct asking *a, unsigned *refused)
{
	struct weigh_said said;

	TRY(add_all(a));
	if (a->ask.n == 0)
		return OK;
	TRY(hearing_docket(&a->conf, &a->arena, &a->ask.docket, &a->fault));
	a->ask.item = a->item;
	a->ask.now = sys_now();
	TRY(hearing_run(&a->ask, &said, &a->fault));
	*refused = say(a, &said);
	weigh_done(&said);
	return OK;
}

static int
work(struct asking *a, const char *config)
{
	unsigned refused = 0;
	/* all of it is read in any case: apt waits for that */
	enum err e = sys_read_all(STDIN_FILENO, &a->text, HANDED_TEXT);

	if (e != OK)
		e = fault_set(&a->fault, FAULT_IO, "cannot read what apt says");
	else
		e = read_files(a, config);
	if (e == ERR_END)
		return 0;
	if (e == OK)
		e = judge(a, &refused);
	if (e == OK)
		return refused > 0;
	fprintf(stderr, "candor-apt: %s; nothing is unpacked\n",
	    a->fault.text[0] ? a->fault.text : "it takes too much memory to judge");
	return 1;
}

int
apt_main(int argc, char **argv)
{
	struct asking *a;
	const char *config =
	    argc == 3 && strcmp(argv[1], "--config") == 0 ? argv[2] : NULL;
	int code;

	if (argc != 1 && config == NULL) {
		bool help = argc == 2 && strcmp(argv[1], "--help") == 0;

		fprintf(help ? stdout : stderr,
		    "usage: candor-apt [--config FILE], called by apt\n");
		return !help;
	}
	a = xcalloc(1, sizeof(*a));
	arena_init(&a->arena, 2 * (size_t)DOCKET_BYTES);
	code = work(a, config);
	arena_done(&a->arena);
	buf_done(&a->text);
	free(a->examiners);
	free(a->item);
	free(a);
	return code;
}
