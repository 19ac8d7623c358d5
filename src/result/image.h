/*
 * image.h - the memory of a process in one file: how its copy travels to a worker.
 *
 * n records of 16 bytes, little-endian: the address of a region and its bytes; then the
 * bytes of all regions, in order, with nothing between. Whoever copies writes the table
 * first; whoever reads believes neither order nor sizes.
 */
#pragma once

#include "base/buf.h"
#include "base/region.h"

#define IMAGE_RECORD 16
#define IMAGE_REGIONS_MAX                                            \
	65536u /* in one process; Linux has as many mappings, mostly \
		*/

/* Appends one record of the table. */
void image_put(struct buf *table, uint64_t base, uint64_t n);

/*
 * The n regions of an image, as views of file, into out (room for n), in rising order of
 * addresses and without overlap. ERR_FORMAT: they do not lie in file, one does not end
 * before the next begins, or n is beyond the maximum; what out has then means nothing.
 */
MUST_USE enum err image_get(struct bytes file, uint32_t n, struct region *out);
