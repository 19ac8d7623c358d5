/* cmd_handover.c - candor handover: its sub-verbs, and what they share. */
#include <inttypes.h>

#include "cli/cli.h"
#include "cli/handover_cmd.h"

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
