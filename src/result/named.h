/*
 * named.h - what a name says of a file: is it run, and which version is it of?
 *
 * Both halves ask: the confined one for the class of a difference, the trusted one for
 * files of folders that were renamed. Only names are looked at here, never what is in a
 * file.
 */
#pragma once

#include "base/bytes.h"

/* Does a name end in this, whatever the case? suffix in lower case. */
bool named_ends(struct bytes name, const char *suffix);
/* Does it hold this anywhere, whatever the case? */
bool named_holds(struct bytes name, const char *part);
/* The part of a name behind its last slash. */
struct bytes named_base(struct bytes name);
/* The name without what compressors append (".gz", ".xz"), where it ends in that. */
struct bytes named_stem(struct bytes name);

/* Is it one that an interpreter, a package manager, init or a build tool takes? */
bool named_as_code(struct bytes name);
/*
 * Is what had the name a, and has b now, run by somebody else than before, or not at all
 * before? Digits in names of files, and folders that run nothing, are taken for versions.
 */
bool named_runs_else(struct bytes a, struct bytes b);

/* The stem with each run of digits as one '0', to out, of name.n bytes; how many it is.
 */
size_t named_form(struct bytes name, uint8_t *out);
