/*
 * bundle_check.h - do the texts of a bundle fit to its members, and to each other?
 *
 * A part of bundle_open, in a file of its own: every list that says something about
 * members is compared with them. Inside of this layer only.
 */
#pragma once

#include "handover/bundle.h"

/*
 * Reads about, executables, source.folders, source.links, recipe/artefacts into b, and
 * checks the others' form. MANIFEST has been taken. FAULT_TEXT, FAULT_PROMISE.
 */
MUST_USE enum err bundle_check(struct bundle *b, struct fault *f);
