/*
 * scanner.h - candor_scanner from inside: settings, an engine, what was found.
 *
 * The engine - a scan in this process, or a pool of one worker - is made when the first
 * object comes, and again when a setting was changed meanwhile.
 */
#pragma once

#include "lib/exts.h"
#include "lib/gifts.h"
#include "lib/results.h"
#include "lib/rules.h"
#include "sandbox/pool.h"
#include "scan/run.h"

struct candor_scanner {
	struct candor_rules *rules;
	uint32_t flags; /* enum candor_flag */
	uint64_t timeout_ms, memory, match_data, object_size, process_memory;
	struct exts exts;
	struct gifts gifts;
	struct scan *scan; /* in this process; NULL: not made yet */
	struct pool *pool; /* confined; NULL: not started yet */
	char *program;     /* of the pool's worker */
	struct results results;
	int (*fn)(void *arg, const struct candor_finding *f);
	void *fn_arg;
};

/*
 * scanner_confined.c: fd's size bytes by the worker, of a process so many regions;
 * findings into s->results. Returns CANDOR_OK also when they say that it failed.
 */
int scanner_confined(struct candor_scanner *s, int fd, uint64_t size, uint32_t regions);
void scanner_confined_end(struct candor_scanner *s);
