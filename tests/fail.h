/*
 * fail.h - each system call that changes a disk, failing in turn.
 *
 * A test that is linked with fail.c does something that writes again and again: the first
 * time its first such call fails, then its second, until all succeed. After each it looks
 * at what is there: the old state or the new one, whole, and the next try succeeds. What
 * counts are calls that write, sync, rename, link or make files and folders
 * (fail_wraps of meson.build); removing and closing do not.
 *
 *	for (unsigned n = 1; fail_run(n, how, work, arg, &ok); n++) { look; }
 */
#pragma once

#include <stdbool.h>

enum fail_how {
	FAIL_ONCE,  /* the n-th call says EIO, the others work */
	FAIL_STAYS, /* from the n-th on all say ENOSPC, as on a full disk */
	FAIL_SHORT, /* like FAIL_STAYS, but a write takes half of its bytes at first */
	FAIL_DIES,  /* the process ends there, as by kill -9: for a child */
	FAIL_HOWS,
};

/* A new folder, in memory where that is possible: what is tested syncs often. */
#define FAIL_FOLDER "/dev/shm/candor-fail-XXXXXX"
bool fail_folder(char folder[sizeof(FAIL_FOLDER)]);

/*
 * Runs work(arg) with its n-th call failing; with FAIL_DIES in a child. true: the call
 * was reached, so there may be a further one. *ok: work ended, and said true.
 */
bool fail_run(
    unsigned n, enum fail_how how, bool (*work)(void *arg), void *arg, bool *ok);
