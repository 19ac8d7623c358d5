/*
 * follow.h - is a bundle the one after another: the previous that its label names?
 *
 * A vendor hands over again and again, and each time only the updates since the last time
 * (create.h). Who has the earlier bundle can see that nothing is missing between the two,
 * and that nothing was handed over twice.
 */
#pragma once

#include "handover/bundle.h"

struct follow {
	size_t added;   /* updates that are new */
	size_t changed; /* of these, with a name that the earlier bundle had, too */
};

/*
 * FAULT_PREVIOUS: b names no previous handover, or another one; it is of another product,
 * or of an earlier day; it has an update that was in earlier already, byte for byte.
 */
MUST_USE enum err follow_check(const struct bundle *b, const struct bundle *earlier,
    struct follow *out, struct fault *f);
