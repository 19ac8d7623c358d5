/*
 * folder_rig.h - a test's own folder, gone when it ends.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "tests/tap.h"

struct rig {
	int dir;
	char folder[40];
};

static inline void
rig_init(struct rig *r)
{
	snprintf(r->folder, sizeof(r->folder), "/tmp/candor-rebuild-XXXXXX");
	CHECK(mkdtemp(r->folder) != NULL);
	r->dir = open(r->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static inline void
rig_done(struct rig *r)
{
	test_remove(r->folder);
	fd_closep(&r->dir);
}
