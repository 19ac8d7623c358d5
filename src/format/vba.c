/*
 * vba.c - where the VBA project of a document is, and the schema of the module.
 */
#include "format/vba.h"

#include "format/zip.h"

#define LOCAL_HEADER  0x04034b50
#define PROJECT_NAME  BYTES_LIT("vbaproject.bin")
#define ARCHIVED_MOST 16 /* entries of that name that are tried */
#define UNPACKED_MOST ((size_t)64 << 20)
#define BUDGET_LEAST  (1 << 16)

static bool
is_archive(struct bytes head)
{
	return rec_le32(head, 0) == LOCAL_HEADER;
}

/* The end of the path, in whatever folder: which one it is says the application. */
static bool
is_project(struct bytes path)
{
	return path.n >= PROJECT_NAME.n &&
	       bytes_same(bytes_from(path, path.n - PROJECT_NAME.n), PROJECT_NAME);
}

static enum err
read_archive(struct vba *v)
{
	struct zip_dir zip;
	struct zip_record r;
	unsigned tried = 0;

	if (zip_dir_open(v->parse->file, &zip) != OK)
		return ERR_END;
	while (tried < ARCHIVED_MOST && zip_dir_next(&zip, &r)) {
		struct bytes project;
		enum err e;

		if (!is_project(r.name))
			continue;
		tried++;
		e = zip_unpack(&zip, &r, v->parse->arena, UNPACKED_MOST, &project);
		if (e == ERR_FORMAT)
			v->parse->notes |= VBA_NOTE_ZIP;
		else if (e == OK)
			e = vba_read_project(v, project);
		if (e != ERR_END && e != ERR_FORMAT)
			return e;
	}
	return ERR_END;
}

/* Once; what a budget left undone is told each time. */
static enum err
vba_load(void *facts)
{
	struct vba *v = facts;
	struct parse *p = v->parse;
	enum err e;

	if (p == NULL || v->read)
		return v->spent ? ERR_LIMIT : OK;
	v->read = true;
	v->has_macros = 0;
	v->ovba = (struct ovba){ .arena = p->arena,
		.budget = num_add(BUDGET_LEAST, p->file.n / 2) };
	e = is_archive(p->file) ? read_archive(v) : vba_read_project(v, p->file);
	v->spent = e == ERR_LIMIT || p->arena->spent || p->notes & CFB_NOTE_LIMIT;
	if (v->spent)
		p->notes |= VBA_NOTE_LIMIT;
	return v->spent ? ERR_LIMIT : OK;
}

static enum err
vba_open(struct parse *p)
{
	struct vba *v = p->facts;

	if (!is_archive(p->file) && !cfb_probe(p->file)) {
		v->has_macros = 0;
		return ERR_FORMAT;
	}
	v->parse = p;
	return OK;
}

/* Less sure than olecf and zip, which the same bytes are. */
static int
vba_probe(struct bytes head, uint64_t size)
{
	(void)size;
	return is_archive(head) || cfb_probe(head) ? 1 : 0;
}

/* clang-format off */
static const struct fact text_facts[] = {
	{ .name = "", .type = FACT_STR, .at = offsetof(struct vba_text, s) },
	FACT_LAST,
};

static const struct fact module_facts[] = {
	FACT_S(struct vba_module, name),
	FACT_I(struct vba_module, type),
	FACT_S(struct vba_module, code),
	FACT_LAST,
};

static const struct fact info_facts[] = {
	FACT_S(struct vba_info, name),
	FACT_S(struct vba_info, version),
	FACT_A(struct vba_info, references, struct vba_text, text_facts),
	FACT_I(struct vba_info, module_count),
	FACT_LAST,
};

#define LATE(f, type_) .name = #f, .type = type_, .at = offsetof(struct vba, f), .load = vba_load

static const struct fact vba_facts[] = {
	{ LATE(has_macros, FACT_INT) },
	{ LATE(modules, FACT_ARRAY), .stride = sizeof(struct vba_module), .sub = module_facts },
	{ LATE(project_info, FACT_STRUCT), .sub = info_facts },
	FACT_K("MODULE_TYPE_STANDARD", VBA_STANDARD),
	FACT_K("MODULE_TYPE_CLASS", VBA_CLASS),
	FACT_K("MODULE_TYPE_UNKNOWN", VBA_UNKNOWN),
	FACT_LAST,
};
/* clang-format on */

const struct format format_vba = {
	.name = "vba",
	.facts = vba_facts,
	.facts_size = sizeof(struct vba),
	.probe = vba_probe,
	.open = vba_open,
	.yarax = true,
};
