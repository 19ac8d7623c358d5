/*
 * cosign.h - asks witnesses, gathers what they sign, and puts it up.
 *
 * All witnesses are asked at once, in rounds: who says that it saw another size is asked
 * again with a proof from there. What was given is kept even when it is not enough, so a
 * second run needs only the others. A checkpoint that is held (log/store.h) is published
 * when the quorum is there, and not before.
 */
#pragma once

#include "cli/opt.h"
#include "log/policy.h"

struct cosign {
	const char *dir;         /* of the log, which was made here */
	const char *trust;       /* a policy file: whom to ask, and how many must sign */
	struct opt_list witness; /* instead: "VKEY URL" each, all of which must */
	uint32_t timeout_ms;     /* of one round */
	bool quiet;              /* only who gave nothing is told */
};

#define COSIGN_ACCUSED                                                                  \
	"a witness has seen another past of this log: its files were lost or changed, " \
	"or the witness lies; do not go on before you know which"

/*
 * FAULT_QUORUM: too few; FAULT_ACCUSED: too few, and one of them says that the log's past
 * was changed. *accused: one says so, whether there are enough or not. Others are of the
 * log and the network. Who gave what is told on stdout and stderr. Takes timeout_ms a
 * round, GATHER_ROUNDS of them at most.
 */
MUST_USE enum err cosign_run(
    const struct cosign *args, struct policy_seen *seen, bool *accused, struct fault *f);
