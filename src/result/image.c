/*
 * image.c - the table in front of a process's copy: where each region was mapped.
 * Written by the trusted half, and still read as if it were a stranger's: in order,
 * without overlap, inside of the file.
 */
#include "result/image.h"

void
image_put(struct buf *table, uint64_t base, uint64_t n)
{
	buf_le64(table, base);
	buf_le64(table, n);
}

/*
 * end: of the region before. base + n is at most 2^64 - 1, so ends can be compared. at:
 * of the next region's bytes, behind the table (n * 16 is below 2^21) and then moved on
 * by sizes that lay inside of the file.
 */
enum err
image_get(struct bytes file, uint32_t n, struct region *out)
{
	CHECKED struct cur table = cur_at(file, 0);
	uint64_t at = (uint64_t)n * IMAGE_RECORD, end = 0;

	if (n > IMAGE_REGIONS_MAX)
		return ERR_FORMAT;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t base = cur_le64(&table), size = cur_le64(&table);
		struct bytes data = bytes_sub(file, at, size);

		if (!cur_ok(&table) || data.p == NULL || base < end ||
		    size > UINT64_MAX - base)
			return ERR_FORMAT;
		out[i] = (struct region){ base, data };
		end = base + size;
		at = num_add(at, size);
	}
	return cur_ok(&table) ? OK : ERR_FORMAT;
}
