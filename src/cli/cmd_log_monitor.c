/*
 * cmd_log_monitor.c - candor log monitor: follows a log, and cries when it lies.
 *
 * What was verified once is the measure of everything after it: the state is the last
 * checkpoint, as the log signed it. A log that shows another past has signed both, so the
 * two notes are kept: they convince anybody. Trouble that a network can make (a server
 * that is away, half a tile) is told and tried again; a lie is not.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/entry.h"
#include "base/sys.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/log_url.h"
#include "cli/log_words.h"
#include "cli/msg.h"
#include "log/tile.h"

struct monitor_args {
	struct log_trust_args trust;
	const char *state;
	bool once;
	uint64_t interval; /* seconds */
	struct opt_list publisher;
};

/* clang-format off */
static const struct opt monitor_opts[] = {
	{ 0, "state", OPT_STR, "FILE", "remembers the last checkpoint there, and goes on from it", offsetof(struct monitor_args, state) },
	{ 0, "once", OPT_FLAG, NULL, "looks once, and ends", offsetof(struct monitor_args, once) },
	{ 0, "interval", OPT_NUM, "SECONDS", "looks that often (60)", offsetof(struct monitor_args, interval) },
	LOG_PUBLISHER_OPT(struct monitor_args),
	LOG_TRUST_OPTS(struct monitor_args),
	OPT_LAST,
};
/* clang-format on */

struct monitor {
	const struct monitor_args *args;
	const char *where;
	struct log_trust trust;
	struct buf last; /* the note of the last checkpoint; empty: none yet */
	struct merkle_head head;
	uint64_t told; /* entries printed */
	/*
	 * Whose signatures count, as statements about keys left it behind the first
	 * `followed` entries; now: in the look that is under way.
	 */
	struct publisher known, now;
	uint64_t followed;
	uint64_t doubts; /* releases that are not the publisher's, in this look */
};

/* Is this a lie, and not just trouble on the way? */
static bool
is_alarm(const struct fault *f)
{
	return f->kind == FAULT_FORK || f->kind == FAULT_SHRUNK;
}

/* The state is a checkpoint that the log signed; one that it did not is no state. */
static enum err
load_state(struct monitor *m, struct fault *f)
{
	struct policy any = m->trust.policy;
	struct policy_seen *seen;
	struct stat st;
	enum err e;

	if (m->args->state == NULL || stat(m->args->state, &st) != 0)
		return OK;
	TRY(log_read_file(m->args->state, NOTE_MOST, &m->last, f));
	any.quorum = POLICY_NO_QUORUM;
	seen = xcalloc(1, sizeof(*seen));
	e = policy_check(&any, buf_bytes(&m->last), seen, f);
	m->head = seen->checkpoint.head;
	m->told = m->head.size;
	free(seen);
	return e;
}

/* Both notes, beside the state, under names that nothing overwrites. */
static void
keep_evidence(const struct monitor *m, struct bytes note)
{
	const char *base = m->args->state ? m->args->state : "candor-log-monitor";
	char *was = xprintf("%s.%" PRId64 ".was", base, sys_now());
	char *now = xprintf("%s.%" PRId64 ".now", base, sys_now());
	struct fault f = { 0 };

	if (log_write_file(was, buf_bytes(&m->last), &f) != OK ||
	    log_write_file(now, note, &f) != OK)
		msg_error("the evidence is lost: %s", f.text);
	else
		msg_error(
		    "ALARM: both checkpoints are kept: '%s' and '%s'; the log signed "
		    "both, show them to everybody",
		    was, now);
	free(was);
	free(now);
}

/* Does the new head continue the last one? What the tiles say is verified against it. */
static enum err
check_growth(const struct monitor *m, struct tile_reader *tiles,
    const struct merkle_head *new, struct fault *f)
{
	struct merkle_reader hashes = tile_hashes(tiles, f);
	struct merkle_hash root;

	if (m->last.n == 0)
		return OK;
	TRY(merkle_root(&hashes, m->head.size, &root));
	if (merkle_same(&root, &m->head.root))
		return OK;
	return fault_set(f, FAULT_FORK,
	    "the log of %" PRIu64 " entries does not begin with the %" PRIu64
	    " that it had: its past was changed",
	    new->size, m->head.size);
}

/* What needs no tiles: sizes, and two roots for one size. */
static enum err
check_heads(const struct monitor *m, const struct merkle_head *new, struct fault *f)
{
	if (m->last.n == 0 || new->size > m->head.size)
		return OK;
	if (new->size < m->head.size)
		return fault_set(f, FAULT_SHRUNK,
		    "the log had %" PRIu64 " entries, and shows only %" PRIu64 " now",
		    m->head.size, new->size);
	if (!merkle_same(&new->root, &m->head.root))
		return fault_set(f, FAULT_FORK,
		    "the log signed two trees of %" PRIu64 " entries", new->size);
	return OK;
}

/* Who signed; and when somebody asked, whether that is the publisher. */
static void
put_signers(
    struct monitor *m, const struct entry *e, enum publisher_said said, struct buf *b)
{
	for (size_t i = 0; i < e->note.nsig; i++) {
		buf_str(b, "  signed as ");
		text_escape(b, e->note.sig[i].name);
		buf_u8(b, '\n');
	}
	if (said == PUBLISHER_SIGNED)
		buf_str(b, "  the publisher's signature holds\n");
	else if (said != PUBLISHER_NOT_ASKED) {
		buf_printf(b, "  ALARM: %s\n", publisher_words(said));
		m->doubts++;
	}
}

/* Told unless it was; keys are followed in any case. */
static void
take_entry(struct monitor *m, uint64_t index, struct bytes raw)
{
	struct buf b = { 0 };
	struct arena a;
	struct entry *e = xcalloc(1, sizeof(*e));
	enum publisher_said said = PUBLISHER_NOT_ASKED;

	arena_init(&a, 1u << 20);
	entry_read(index, raw, &a, e);
	if (e->is_release)
		said = publisher_check(&m->now, e);
	if (index >= m->told) {
		buf_printf(&b, "%" PRIu64 ": ", index);
		if (e->is_release || !log_words(raw, NULL, &b))
			entry_tell(e, &b);
		buf_u8(&b, '\n');
		if (e->is_release)
			put_signers(m, e, said, &b);
		fwrite(b.p, 1, b.n, stdout);
	}
	buf_done(&b);
	arena_done(&a);
	free(e);
}

/* Every new entry is verified, and told; older ones are read where keys want it. */
static enum err
print_new(struct monitor *m, struct tile_reader *tiles, struct fault *f)
{
	uint64_t size = tile_reader_size(tiles);
	uint64_t from = m->now.n > 0 && m->followed < m->told ? m->followed : m->told;
	struct tile_bundle b = { 0 };
	enum err e = OK;

	for (uint64_t n = from / TILE_WIDTH; e == OK && n * TILE_WIDTH < size; n++) {
		e = tile_read_bundle(tiles, n, &b, f);
		for (unsigned i = 0; e == OK && i < b.n; i++)
			if (b.first + i >= from)
				take_entry(m, b.first + i, b.entry[i]);
		if (e == OK && b.first + b.n > m->told)
			m->told = b.first + b.n;
	}
	buf_done(&b.raw);
	return e;
}

/* The new head is verified: from now on it is the measure. */
static enum err
remember(
    struct monitor *m, struct bytes note, const struct merkle_head *new, struct fault *f)
{
	if (cli_flush() != OK) /* not told is not seen: then it is told again */
		return fault_set(f, FAULT_IO, "what is new could not be told");
	if (m->args->state != NULL)
		TRY(log_write_file(m->args->state, note, f));
	buf_clear(&m->last);
	buf_put(&m->last, note.p, note.n);
	if (new->size > m->followed) {
		m->known = m->now;
		m->followed = new->size;
	}
	m->head = *new;
	return OK;
}

static enum err
look_at(struct monitor *m, struct log_place *place, struct buf *note, struct fault *f)
{
	struct policy_seen *seen = xcalloc(1, sizeof(*seen));
	struct merkle_head *new = &seen->checkpoint.head;
	struct tile_reader *tiles = NULL;
	enum err e = log_read_head(place, &m->trust, note, seen, f);

	if (e == OK)
		e = check_heads(m, new, f);
	if (e == OK && (m->last.n == 0 || new->size > m->head.size))
		e = tile_reader_new(&place->source, new, &tiles, f);
	if (e == OK && tiles != NULL)
		e = check_growth(m, tiles, new, f);
	if (e == OK && tiles != NULL)
		e = print_new(m, tiles, f);
	if (e == OK)
		e = remember(m, buf_bytes(note), new, f);
	if (e == OK && tiles != NULL)
		printf("%" PRIu64 " entries, verified; cosigned by %" PRIu32 "\n",
		    new->size, seen->cosignatures);
	tile_reader_free(tiles);
	free(seen);
	return e;
}

/* One look; the exit code that it would end with. */
static int
look(struct monitor *m)
{
	struct log_place place = { .folder.fd = -1 };
	struct buf note = { 0 };
	struct fault f = { 0 };
	enum err e = log_place_open(m->where, &place, &f);
	int code = 0;

	/* what was told of a head that then failed is told again */
	m->told = m->head.size;
	m->now = m->known;
	m->doubts = 0;
	if (e == OK)
		e = look_at(m, &place, &note, &f);
	if (e != OK && is_alarm(&f)) {
		msg_error("ALARM: %s", f.text);
		keep_evidence(m, buf_bytes(&note));
		code = fault_code(f.kind);
	} else if (e != OK)
		code = log_refused(&f);
	log_place_close(&place);
	buf_done(&note);
	if (code == 0 && m->doubts > 0)
		code = fault_code(FAULT_PUBLISHER);
	if (cli_flush() != OK && code == 0)
		code = 2;
	return code;
}

static bool
is_alarm_code(int code)
{
	return code == fault_code(FAULT_FORK) || code == fault_code(FAULT_SHRUNK);
}

static int
follow(struct monitor *m)
{
	struct fault f = { 0 };
	struct stat st;
	bool folder = stat(m->where, &st) == 0;
	int code;

	m->known.arena = &m->trust.arena;
	if (log_trust_load(&m->args->trust, folder ? m->where : NULL, &m->trust, &f) !=
		OK ||
	    log_publishers(&m->args->publisher, &m->known, &f) != OK ||
	    load_state(m, &f) != OK)
		return log_refused(&f);
	for (;;) {
		code = look(m);
		if (m->args->once || is_alarm_code(code))
			return code;
		poll(NULL, 0, (int)(m->args->interval * 1000));
	}
}

static int
run_monitor(int argc, char **argv, const struct verb *v)
{
	struct monitor_args a = { .interval = 60 };
	struct monitor *m = xcalloc(1, sizeof(*m));
	struct opt_list rest = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0 && (a.interval == 0 || a.interval > 86400)) {
		msg_error("log monitor: the interval is 1 to 86400 seconds");
		code = OPT_EXIT_USAGE;
	}
	if (code < 0) {
		m->args = &a;
		m->where = rest.p[0];
		code = follow(m);
	}
	log_trust_done(&m->trust);
	buf_done(&m->last);
	free(a.publisher.p);
	free(m);
	free(rest.p);
	return code;
}

const struct verb verb_log_monitor = {
	"log monitor",
	"DIR|URL",
	"follow a log, print what is new, cry when it lies",
	monitor_opts,
	run_monitor,
};
