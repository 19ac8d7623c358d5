/*
 * compose.h - the texts of a bundle that speak of its other members.
 *
 * All of them are functions of what was gathered and hashed: about, executables,
 * left-out, source.folders, source.links, recipe/artefacts, recipe/buildinfo,
 * recipe/packages, and claims and sbom.spdx.json when the vendor brought none.
 * Inside of this layer only; a part of create.h.
 */
#pragma once

#include "handover/gather.h"

/* Adds them to m->pieces, hashed. The others must have their digests. */
MUST_USE enum err compose(struct making *m);

/* The SBOM, SPDX 2.3 as JSON: the product, its artefacts, and what built them. */
void sbom_print(const struct making *m, struct buf *out);
