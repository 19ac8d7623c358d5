/*
 * rules.h - candor_rules from inside: one sealed file in memory, mapped, and counted.
 *
 * Sealed, because code of the database is verified once and run without checks
 * afterwards; a file, because that is what a worker is handed.
 */
#pragma once

#include <stdatomic.h>

#include "base/arena.h"
#include "db/db.h"
#include "lib/candor.h"

struct candor_rules {
	atomic_uint refs;
	int fd;
	struct bytes map;
	struct db db;
};

enum rules_trust {
	RULES_OURS,  /* our compiler has just written it */
	RULES_CHECK, /* it comes from outside: its checksum is compared */
};

/* Takes fd, a sealed file. candor_error() tells. */
int rules_adopt(int fd, uint64_t size, enum rules_trust trust, struct candor_rules **out);

/* The same of bytes that are copied. */
int rules_copy(struct bytes db, enum rules_trust trust, struct candor_rules **out);
