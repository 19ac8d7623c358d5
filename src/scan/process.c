/*
 * process.c - what modules and `entrypoint` see of a process.
 *
 * As YARA 4.5 has it: a PE file in memory counts unless it is a DLL, an ELF file when it
 * is ET_EXEC, so that the program is found and not one of its hundred libraries.
 */
#include "scan/scan.h"

#define HEAD_SIZE 4096 /* what format.h promises to probe */
#define PE_DLL    0x2000
#define ET_EXEC   2

static bool
is_pe_program(struct bytes b)
{
	uint64_t pe = rec_le32(b, 0x3c);

	return rec_le16(b, 0) == 0x5a4d && rec_le32(b, pe) == 0x4550 &&
	       !(rec_le16(b, pe + 22) & PE_DLL);
}

static bool
is_elf_program(struct bytes b)
{
	return rec_le32(b, 0) == 0x464c457f && rec_le16(b, 16) == ET_EXEC;
}

/* Other formats are taken where their magic is. */
static bool
is_object_of(const struct format *f, struct bytes b)
{
	static const struct {
		const char *name;
		bool (*is)(struct bytes b);
	} programs[] = { { "pe", is_pe_program }, { "elf", is_elf_program } };

	for (size_t i = 0; i < COUNT(programs); i++)
		if (strcmp(f->name, programs[i].name) == 0)
			return programs[i].is(b);
	return f->probe != NULL &&
	       f->probe(bytes_clip(b, 0, HEAD_SIZE), b.n) > PROBE_UNSEEN;
}

const struct region *
scan_module_region(const struct scan *s, const struct format *f)
{
	if (s->env.regions == NULL)
		return &s->whole;
	for (uint32_t i = 0; i < s->parts.n; i++)
		if (is_object_of(f, s->parts.p[i].data))
			return &s->parts.p[i];
	return NULL;
}

int64_t
scan_entrypoint(const struct regions *process)
{
	for (uint32_t i = 0; i < process->n; i++) {
		struct bytes b = process->p[i].data;
		uint64_t base = process->p[i].base;

		if (is_pe_program(b))
			return (int64_t)(base + rec_le32(b, rec_le32(b, 0x3c) + 40));
		if (is_elf_program(b) && b.n >= 64)
			return (int64_t)(b.p[4] == 2 ? rec_le64(b, 24) : rec_le32(b, 24));
	}
	return FACT_UNDEF;
}
