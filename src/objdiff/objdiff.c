#include "objdiff/objdiff.h"

#include <stdio.h>

#include "objdiff/elf_diff.h"
#include "objdiff/pe.h"
#include "objdiff/pe_diff.h"
#include "objdiff/tell.h"

enum objdiff_kind
objdiff_kind(struct bytes head)
{
	if (elf_is(head))
		return OBJDIFF_ELF;
	return pe_is(head) ? OBJDIFF_PE : OBJDIFF_NONE;
}

static const char *
elf_type_name(uint16_t type)
{
	switch (type) {
	case ET_REL: return "relocatable object";
	case ET_EXEC: return "executable";
	case ET_DYN: return "shared object";
	case 4: return "core file";
	default: return "file";
	}
}

void
objdiff_type(struct bytes file, char *out, size_t size)
{
	struct arena arena;
	struct elf e = { 0 };

	/* headers are read before tables, so that it does not matter when those do not
	 * fit */
	arena_init(&arena, 4096);
	out[0] = 0;
	if (elf_is(file) && elf_open(file, &arena, &e) != ERR_FORMAT && e.m != NULL)
		snprintf(out, size, "ELF %s %s %s", e.wide ? "64-bit" : "32-bit",
		    e.m->name, elf_type_name(e.type));
	else if (pe_is(file) && pe_open(file, &arena, &e) != ERR_FORMAT && e.m != NULL)
		snprintf(out, size, "PE %s %s", e.wide ? "64-bit" : "32-bit", e.m->name);
	arena_done(&arena);
}

enum err
objdiff_run(struct bytes a, struct bytes b, const struct objdiff_opts *o,
    const struct diff_sink *sink)
{
	struct tell t = { .sink = sink, .o = o, .arena = o->arena };
	enum objdiff_kind kind = objdiff_kind(a);
	enum err e = ERR_FORMAT;

	if (kind == OBJDIFF_NONE || kind != objdiff_kind(b))
		return ERR_FORMAT;
	if (tell_equal(&t, a, b))
		return OK;
	e = kind == OBJDIFF_ELF ? elf_diff(a, b, &t) : pe_diff(a, b, &t);
	tell_end(&t);
	if (e == ERR_LIMIT)
		tell_remark(&t, DIFF_LIMIT,
		    "too large to be compared in the memory that was given");
	return t.err != OK ? t.err : e;
}
