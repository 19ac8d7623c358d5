/* cmd_log_cosign.c - candor log cosign: the command line of cosign.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/cosign.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"

/* clang-format off */
static const struct opt cosign_opts[] = {
	{ 0, "trust", OPT_STR, "FILE", "a policy: whom to ask, and how many must sign", offsetof(struct cosign, trust) },
	{ 0, "witness", OPT_LIST, "VKEY URL", "a witness to ask, in one argument; all of these must sign", offsetof(struct cosign, witness) },
	{ 0, "timeout", OPT_TIME, "SECONDS", "for one round of questions (60)", offsetof(struct cosign, timeout_ms) },
	OPT_LAST,
};
/* clang-format on */

static int
run_cosign(int argc, char **argv, const struct verb *v)
{
	struct cosign a = { .timeout_ms = 60000 };
	struct policy_seen *seen = xcalloc(1, sizeof(*seen));
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	bool accused = false;
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0 && (a.trust != NULL) == (a.witness.n > 0)) {
		msg_error("log cosign: wants --trust or --witness, and not both");
		code = OPT_EXIT_USAGE;
	}
	if (code < 0) {
		a.dir = rest.p[0];
		code = cosign_run(&a, seen, &accused, &f) == OK ? 0 : log_refused(&f);
		if (code == 0)
			printf("%" PRIu32 " cosignatures: the quorum is there\n",
			    seen->cosignatures);
		if (code == 0 && accused) {
			fault_set(&f, FAULT_ACCUSED, COSIGN_ACCUSED);
			code = log_refused(&f);
		}
	}
	free(seen);
	free(a.witness.p);
	free(rest.p);
	return code;
}

const struct verb verb_log_cosign = {
	"log cosign",
	"DIR",
	"ask witnesses to cosign the log's checkpoint",
	cosign_opts,
	run_cosign,
};
