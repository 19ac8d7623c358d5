/*
 * world.h - for tests: one or two programs that the compiler made of a source, with their
 * functions found.
 */
#pragma once

#include "objdiff/rig.h"
#include "objdiff/unit.h"

/* A program that is read, and its functions. */
struct world {
	struct rig_dir dir;
	struct arena arena;
	struct elf e[2];
	struct units u[2];
};

static inline bool
world_open(struct world *w, const char *source, const char *first, const char *second)
{
	const char *build[] = { first, second };
	bool ok = true;

	*w = (struct world){ 0 };
	rig_open(&w->dir);
	arena_init(&w->arena, RIG_ARENA);
	rig_source(&w->dir, "p.c", source);
	for (unsigned i = 0; i < 2 && build[i] != NULL; i++) {
		struct bytes file;

		ok = ok && CHECK(rig_sh(&w->dir, build[i]));
		file = rig_file(&w->dir, "p");
		ok = ok && CHECK(elf_open(file, &w->arena, &w->e[i]) == OK) &&
		     CHECK(elf_load(&w->e[i], NULL) == OK) &&
		     CHECK(units_open(&w->e[i], &w->u[i]) == OK);
	}
	return ok;
}

static inline void
world_close(struct world *w)
{
	rig_close(&w->dir);
	arena_done(&w->arena);
}

static inline struct unit *
named(const struct units *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++)
		if (bytes_eq(u->v[i].name, bytes_of(name)))
			return &u->v[i];
	return NULL;
}
