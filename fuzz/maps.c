/*
 * maps.c - the list of a process's mappings (sandbox/maps.h), whose names the process
 * chose.
 *
 * Properties: a mapping is not empty, its name lies within the text and has no line's
 * end, and there are no more mappings than lines.
 */
#include "sandbox/maps.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	CHECKED struct cur c = cur_at((struct bytes){ p, n }, 0);
	struct mapping m;
	size_t lines = n > 0, found = 0;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	while (maps_next(&c, &m)) {
		found++;
		check(m.from < m.to);
		check(m.name.n == 0 || (m.name.p >= p && m.name.p + m.name.n <= p + n));
		check(bytes_find(m.name, 0, BYTES_LIT("\n")) == UINT64_MAX);
	}
	check(cur_ok(&c) && found <= lines);
	return 0;
}
