/*
 * needs.h - what the rules of a database need of the system besides the engine.
 *
 * That is libmagic and its database, for the module `magic`. A worker loads the one
 * before it locks itself in, and is given the other by descriptor. Which database of
 * rules needs it stands in its head, read here without knowing more of it: what a wrong
 * one says costs a module what it needs, or a worker some time.
 */
#pragma once

#include "sandbox/pool.h"

#define NEEDS_WORD "magic" /* for child_start: load libmagic (modules/magic.h) */

/*
 * Opens what the database (a file, as it is mapped) asks for; out->fd is then the
 * caller's to close. ERR_END: nothing. ERR_ACCESS: it is not there, and a module without
 * it would be a rule that is silent; why tells.
 */
MUST_USE enum err needs_open(int db, struct pool_given *out, char why[POOL_WHY]);
