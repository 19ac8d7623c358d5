/*
 * lock.h - candor-fetch locks itself in, in two steps.
 *
 * Names of hosts are looked up by libc, which opens files and modules as the machine's
 * administrator wrote; that needs more than talking to a web server does. So: first a
 * wide lock (names.def), then the lookups, then a narrow one (policy.def), then the
 * network.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * The wide lock. uid, gid: whom to become when started as root. When it is
 * not OK, *step is what the system refused, static; then nothing may be done but to say
 * so and to end. Cannot be undone, in this process or its children, of which there can be
 * none.
 */
MUST_USE enum err lock_for_names(uid_t uid, gid_t gid, const char **step);

/*
 * From here on only TCP to these n ports (where the kernel has Landlock ABI 4), and the
 * channel. A second filter beside the first: what one of them forbids is forbidden.
 */
MUST_USE enum err lock_for_servers(const uint16_t *ports, size_t n, const char **step);
