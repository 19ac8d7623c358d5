/*
 * rig.h - for tests: a vendor's small product in a folder, and a bundle of it.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "handover/create.h"
#include "tests/tap.h"

#define RIG_DATE 1795910400 /* 2026-11-29 */

struct rig {
	char dir[64];
	char *source, *bundle, *recipe, *artefact, *dpkg;
	const char *artefacts[1];
	struct note_signer signer;
	struct create_want want;
};

static inline char *
rig_path(const struct rig *r, const char *name)
{
	return xprintf("%s/%s", r->dir, name);
}

/* Makes the file with the folders that it lies in. */
static inline void
rig_put(const struct rig *r, const char *name, const char *text, mode_t mode)
{
	char *path = rig_path(r, name);
	int fd;

	for (char *p = path + strlen(r->dir) + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(path, 0755);
			*p = '/';
		}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
	CHECK(fd >= 0 && sys_write_all(fd, text, strlen(text)) == OK);
	(void)fchmod(fd, mode);
	close(fd);
	free(path);
}

static inline void
rig_init(struct rig *r)
{
	static const uint8_t seed[SIGN_SEED] = { 7 };
	char *link;

	*r = (struct rig){ .dir = "/tmp/candor-handover-XXXXXX" };
	CHECK(mkdtemp(r->dir) != NULL);
	rig_put(r, "src/main.c", "int main(void) { return 0; }\n", 0644);
	rig_put(r, "src/tools/run", "#!/bin/sh\n", 0755);
	rig_put(r, "build.sh", "cp \"$SOURCE/main.c\" \"$OUT/hello\"\n", 0644);
	rig_put(r, "hello", "int main(void) { return 0; }\n", 0644);
	rig_put(r, "dpkg/status",
	    "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\n"
	    "Version: 1.21\nEssential: yes\n",
	    0644);
	link = rig_path(r, "src/link");
	CHECK(symlink("tools/run", link) == 0);
	free(link);
	r->source = rig_path(r, "src");
	r->bundle = rig_path(r, "x.handover");
	r->recipe = rig_path(r, "build.sh");
	r->artefact = rig_path(r, "hello");
	r->dpkg = rig_path(r, "dpkg");
	r->artefacts[0] = r->artefact;
	note_signer_of(BYTES_LIT("vendor.example/x"), NOTE_ED25519, seed, &r->signer);
	r->want = (struct create_want){ .source = r->source,
		.product = "hello",
		.version = "1.0",
		.date = RIG_DATE,
		.recipe = r->recipe,
		.artefacts = { r->artefacts, 1 },
		.dpkg = r->dpkg,
		.signer = &r->signer };
}

static inline void
rig_done(struct rig *r)
{
	test_remove(r->dir);
	free(r->source);
	free(r->bundle);
	free(r->recipe);
	free(r->artefact);
	free(r->dpkg);
}

/* The fault's kind; FAULT_NONE: it was made. */
static inline enum fault_kind
rig_create(struct rig *r)
{
	struct create_made made;
	struct fault f = { 0 };

	if (create_bundle(&r->want, r->bundle, &made, &f) == OK)
		EQ_U(f.kind, FAULT_NONE);
	buf_done(&made.note);
	return f.kind;
}

static inline void
rig_read(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && sys_read_all(fd, out, 1u << 24) == OK);
	close(fd);
}
