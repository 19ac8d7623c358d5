/*
 * The module `console`: lines that a rule writes for its owner, in YARA's words.
 *
 * A message ends at its first NUL, as a C string does; a logged string is escaped
 * byte by byte. Every function is true, so a log may stand in any condition.
 */
#include <inttypes.h>

#include "format/format.h"

static struct bytes
message_of(struct bytes s)
{
	const void *nul = s.n ? memchr(s.p, 0, s.n) : NULL;

	return nul ? bytes_clip(s, 0, (uint64_t)((const uint8_t *)nul - s.p)) : s;
}

/* A formatted line may be missing when the arena is spent: then it is not told. */
static void
tell(struct fact_call *c, const char *line)
{
	if (line == NULL)
		return;
	c->log(c->host, bytes_of(line));
	c->ret.i = 1;
}

/* Four bytes of line for one of text at most; s may be large, so it is charged. */
static void
log_bytes(struct fact_call *c, struct bytes msg, struct bytes s)
{
	uint64_t most = num_add(msg.n, num_mul(s.n, 4));
	uint8_t *line =
	    arena_alloc(c->arena, most < SIZE_MAX ? (size_t)most + 1 : SIZE_MAX);
	size_t n = msg.n;

	if (line == NULL || !c->charge(c->host, most))
		return;
	if (msg.n > 0)
		memcpy(line, msg.p, msg.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 0x20 && s.p[i] < 0x7f) {
			line[n++] = s.p[i];
			continue;
		}
		line[n++] = '\\';
		line[n++] = 'x';
		line[n++] = (uint8_t) "0123456789abcdef"[s.p[i] >> 4];
		line[n++] = (uint8_t) "0123456789abcdef"[s.p[i] & 15];
	}
	c->log(c->host, (struct bytes){ line, n });
	c->ret.i = 1;
}

static void
log_str(struct fact_call *c)
{
	log_bytes(c, (struct bytes){ 0 }, c->arg[0].s);
}

static void
log_msg_str(struct fact_call *c)
{
	log_bytes(c, message_of(c->arg[0].s), c->arg[1].s);
}

static void
log_int(struct fact_call *c)
{
	tell(c, arena_printf(c->arena, "%" PRId64, c->arg[0].i));
}

static void
log_float(struct fact_call *c)
{
	tell(c, arena_printf(c->arena, "%f", c->arg[0].f));
}

static void
hex_int(struct fact_call *c)
{
	tell(c, arena_printf(c->arena, "0x%" PRIx64, (uint64_t)c->arg[0].i));
}

/*
 * The message of the first argument, as a C string; "" for an empty one, and when the
 * arena is spent: then nothing is said at all, as the line will not fit either.
 */
static const char *
message(struct fact_call *c)
{
	const char *s = arena_str(c->arena, message_of(c->arg[0].s));

	return s ? s : "";
}

static void
log_msg_int(struct fact_call *c)
{
	tell(c, arena_printf(c->arena, "%s%" PRId64, message(c), c->arg[1].i));
}

static void
log_msg_float(struct fact_call *c)
{
	tell(c, arena_printf(c->arena, "%s%f", message(c), c->arg[1].f));
}

static void
hex_msg_int(struct fact_call *c)
{
	tell(
	    c, arena_printf(c->arena, "%s0x%" PRIx64, message(c), (uint64_t)c->arg[1].i));
}

#define SAYS(name_, sig_, fn_)                                                     \
	{                                                                          \
		.name = name_, .type = FACT_FN, .flags = FACT_EFFECT, .sig = sig_, \
		.fn = fn_                                                          \
	}

static const struct fact console_facts[] = {
	SAYS("log", "s:i", log_str),
	SAYS("log", "ss:i", log_msg_str),
	SAYS("log", "i:i", log_int),
	SAYS("log", "si:i", log_msg_int),
	SAYS("log", "f:i", log_float),
	SAYS("log", "sf:i", log_msg_float),
	SAYS("hex", "i:i", hex_int),
	SAYS("hex", "si:i", hex_msg_int),
	FACT_LAST,
};

const struct format module_console = { .name = "console", .facts = console_facts };
