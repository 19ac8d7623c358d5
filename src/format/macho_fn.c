/*
 * macho_fn.c - the functions of the module macho: which image of a fat file is for a
 * processor. The images were read before the call (base/fact.h).
 */
#include "format/macho.h"

static bool
wanted(const struct fact_call *c, bool sub, int64_t cputype, int64_t cpusubtype)
{
	return cputype == c->arg[0].i && (!sub || cpusubtype == c->arg[1].i);
}

/* The first image that says of itself that it is for this processor. */
static void
file_index(struct fact_call *c, bool sub)
{
	const struct macho *m = c->self;
	const struct macho_image *i = m != NULL ? m->files.p : NULL;

	for (uint32_t k = 0; i != NULL && k < m->files.n; k++) {
		if (wanted(c, sub, i[k].cputype, i[k].cpusubtype)) {
			c->ret.i = k;
			return;
		}
	}
}

/*
 * The entry point in the fat file, of the first image of which the table says that it is
 * for this processor.
 */
static void
entry_point(struct fact_call *c, bool sub)
{
	const struct macho *m = c->self;
	const struct macho_image *i = m != NULL ? m->files.p : NULL;
	const struct macho_arch *a = m != NULL ? m->fat_arch.p : NULL;

	for (uint32_t k = 0; i != NULL && k < m->files.n; k++) {
		if (!wanted(c, sub, a[k].cputype, a[k].cpusubtype))
			continue;
		if (i[k].entry_point != FACT_UNDEF)
			c->ret.i =
			    (int64_t)((uint64_t)i[k].entry_point + (uint64_t)a[k].offset);
		return;
	}
}

void
macho_file_index(struct fact_call *c)
{
	file_index(c, false);
}

void
macho_file_index_sub(struct fact_call *c)
{
	file_index(c, true);
}

void
macho_entry_point(struct fact_call *c)
{
	entry_point(c, false);
}

void
macho_entry_point_sub(struct fact_call *c)
{
	entry_point(c, true);
}
