/*
 * closure_rig.h - for tests: a folder as a room's root, and a flow that read its files.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "rebuild/closure.h"
#include "tests/tap.h"

#define RIG_BASE "/build/first"

struct rig {
	int root;
	char folder[40];
	struct flow *flow;
	uint32_t proc;
};

static inline void
rig_init(struct rig *r)
{
	snprintf(r->folder, sizeof(r->folder), "/tmp/candor-root-XXXXXX");
	CHECK(mkdtemp(r->folder) != NULL);
	r->root = open(r->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r->flow = flow_new(&flow_default);
	r->proc = flow_proc(r->flow, FLOW_NONE);
}

static inline void
rig_done(struct rig *r)
{
	flow_free(r->flow);
	test_remove(r->folder);
	fd_closep(&r->root);
}

/* A file of the root, with its folders. */
static inline void
rig_put(struct rig *r, const char *name, const char *text)
{
	char *path = xprintf("%s%s", r->folder, name);
	int fd;

	for (char *s = strchr(path + strlen(r->folder) + 1, '/'); s != NULL;
	     s = strchr(s + 1, '/')) {
		*s = '\0';
		(void)mkdir(path, 0755);
		*s = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CHECK(fd >= 0 && sys_write_all(fd, text, strlen(text)) == OK);
	fd_closep(&fd);
	free(path);
}

/* The same, and the build reads it. */
static inline void
rig_read(struct rig *r, const char *name, const char *text)
{
	rig_put(r, name, text);
	flow_read(r->flow, r->proc, name);
}
