/*
 * without.c - a candor-compare whose policy lacks one row: the one whose place stands in
 * the file "without" beside it. For policy.py, which shows that each is needed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "diff/diff.h"

/* The environment of a worker is empty, so it is a file. */
static size_t
left_out(void)
{
	char path[4096] = "";
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
	char *name = n > 0 ? strrchr(path, '/') : NULL;
	unsigned long i = diff_nrows;
	FILE *f;

	if (name == NULL)
		return i;
	memcpy(name + 1, "without", sizeof("without"));
	f = fopen(path, "re");
	if (f == NULL || fscanf(f, "%lu", &i) != 1)
		i = diff_nrows;
	if (f != NULL)
		fclose(f);
	return i;
}

int
main(int argc, char **argv)
{
	size_t without = left_out(), n = 0;
	struct filter_row *rows = xcalloc(diff_nrows, sizeof(*rows));

	for (size_t i = 0; i < diff_nrows; i++)
		if (i != without)
			memcpy(&rows[n++], &diff_rows[i], sizeof(*rows));
	return diff_serve(rows, n, argc, argv);
}
