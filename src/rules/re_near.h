/*
 * re_near.h - what stands around an atom in every match.
 *
 * A frequent atom is dear only when an automaton runs at each of its hits. Most hits
 * can be told from a match by a few bytes nearby: those that the pattern wants at a
 * fixed distance or behind a bounded jump. They are found here, once, for each atom.
 */
#pragma once

#include "db/re.h"
#include "rules/lit_build.h"
#include "rules/re_atoms.h"

/*
 * Fills near of the entry of each atom, zeros so far, with the rarest bytes to its left
 * and to its right, where something is known. ERR_LIMIT: the arena is spent.
 */
MUST_USE enum err re_near_find(struct arena *a, const struct re_form *form,
    const struct re_atoms *atoms, struct re_entry *entry);

/*
 * The bytes that can stand next to one atom, where all is of a fixed length there.
 * *out stays NULL when nothing is known. ERR_LIMIT: the arena is spent.
 */
MUST_USE enum err re_near_around(struct arena *a, const struct re_form *form,
    const struct re_atom *atom, const struct lit_around **out);

/*
 * Where the one atom is shorter than a window: the literal, not shorter, that costs
 * the least together with what is around it. ERR_LIMIT: the arena is spent.
 */
MUST_USE enum err re_near_best(
    struct arena *a, const struct re_form *form, struct re_atoms *atoms);
