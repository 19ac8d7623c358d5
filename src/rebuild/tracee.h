/*
 * tracee.h - looks into, and a little changes, a stopped process of a build.
 *
 * Everything here comes from a hostile process: strings are bounded, addresses may be
 * wrong, and paths are followed as that process would, never beyond its root.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TRACEE_PATH 4096

/* The text at addr, with its NUL. false: unreadable, or longer than a path may be. */
bool tracee_text(pid_t pid, uint64_t addr, char out[TRACEE_PATH]);
bool tracee_read(pid_t pid, uint64_t addr, void *p, size_t n);
bool tracee_write(pid_t pid, uint64_t addr, const void *p, size_t n);

/* What is open there as fd: "/usr/include/stdio.h", "pipe:[1]". As seen in its room. */
bool tracee_fd(pid_t pid, int fd, char out[TRACEE_PATH]);

/*
 * The full name of a path that it gave with the folder dirfd, links followed in its
 * folders and not in its last part.
 */
bool tracee_path(pid_t pid, int dirfd, uint64_t addr, char out[TRACEE_PATH]);

/* Makes a program that was just started ask the kernel for the time. */
void tracee_drop_vdso(pid_t pid);

/* Is fd a folder? */
bool tracee_is_folder(pid_t pid, int fd);
