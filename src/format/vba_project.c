/*
 * vba_project.c - a project in a compound file: its "dir", its modules' streams, and
 * their source.
 */
#include "format/codepage.h"
#include "format/utf.h"
#include "format/vba.h"

#define DIRS_MOST   16 /* streams "dir" that are tried; a document has one */
#define LOOK_STEP   8  /* names that are compared in a step */
#define CHUNK_MARK  0x30
#define CHUNK_MASK  0x70
#define LEAST_CHUNK 3

/* A compound file and the storage in it that has the project. */
struct project {
	struct vba *v;
	struct cfb cfb;
	struct vba_dir dir;
	uint32_t *stream,
	    streams; /* entries beside "dir": where modules are looked for */
};

static bool
spend(struct vba *v, uint64_t n)
{
	v->ovba.steps = num_add(v->ovba.steps, n);
	return v->ovba.steps <= v->ovba.budget;
}

/*
 * Is the entry a stream "dir" of a project? ERR_FORMAT: no. The unpacked stream is
 * copied, as modules are unpacked to the same place next, and views of "dir" are kept.
 */
static enum err
try_dir(struct project *p, uint32_t entry)
{
	struct arena *a = p->v->parse->arena;
	struct bytes packed, dir;

	TRY(cfb_read(&p->cfb, entry, &packed));
	TRY(ovba_unpack(&p->v->ovba, packed));
	dir = arena_bytes(a, (struct bytes){ p->v->ovba.p, p->v->ovba.n });
	if (dir.p == NULL)
		return p->v->ovba.n > 0 ? ERR_LIMIT : ERR_FORMAT;
	TRY(vba_read_dir(dir, a, &p->dir));
	p->v->parse->notes |=
	    (p->v->ovba.whole ? 0 : VBA_NOTE_PACKED) | (p->dir.cut ? VBA_NOTE_RECORD : 0);
	return OK;
}

/* 2.2.1: "dir" is in the storage "VBA"; hostile documents have had it elsewhere. */
static enum err
find_dir(struct project *p, uint32_t *entry)
{
	unsigned tried = 0;

	for (uint32_t i = 1; i < p->cfb.n && tried < DIRS_MOST; i++) {
		enum err e;

		if (p->cfb.entry[i].type != CFB_STREAM ||
		    !bytes_same(p->cfb.entry[i].name, BYTES_LIT("dir")))
			continue;
		tried++;
		e = try_dir(p, i);
		*entry = i;
		if (e != ERR_FORMAT)
			return e;
	}
	return ERR_END;
}

static enum err
list_streams(struct project *p, uint32_t dir)
{
	const struct cfb_entry *e = p->cfb.entry;

	p->stream = ARENA_ARRAY(p->v->parse->arena, p->cfb.n, uint32_t);
	if (p->stream == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 1; i < p->cfb.n; i++)
		if (e[i].type == CFB_STREAM && e[i].parent == e[dir].parent && i != dir)
			p->stream[p->streams++] = i;
	return OK;
}

static uint32_t
find_stream(const struct project *p, struct bytes name)
{
	if (name.n > 0 && spend(p->v, 1 + p->streams / LOOK_STEP))
		for (uint32_t i = 0; i < p->streams; i++)
			if (bytes_same(p->cfb.entry[p->stream[i]].name, name))
				return p->stream[i];
	return CFB_NONE;
}

/* The stream of a module: by its name, in UTF-16, or by the module's own: one of them may
 * be a lie, or in another code page than the project says. */
static uint32_t
stream_of(const struct project *p, const struct vba_entry *m, struct bytes shown)
{
	struct arena *a = p->v->parse->arena;
	uint32_t i = find_stream(p, codepage_text(a, p->dir.codepage, m->stream));

	if (i == CFB_NONE)
		i = find_stream(p, utf_from_16(a, m->stream16));
	if (i == CFB_NONE)
		i = find_stream(p, shown);
	return i;
}

/* Does a packed container seem to begin here? */
static bool
seems_packed(struct bytes b)
{
	return b.n >= LEAST_CHUNK && b.p[0] == 1 && (b.p[2] & CHUNK_MASK) == CHUNK_MARK;
}

/*
 * Unpacks the source: from where "dir" says, else from the first place where a container
 * begins that is whole. ERR_END: there is none. The search tries each byte of the stream,
 * and each try is charged a chunk at least (ovba_unpack), so a stream of nothing but
 * heads ends by the budget.
 */
static enum err
unpack_source(struct vba *v, struct bytes stream, uint32_t offset)
{
	struct bytes b = bytes_from(stream, offset);

	if (seems_packed(b)) {
		TRY(ovba_unpack(&v->ovba, b));
		v->parse->notes |= v->ovba.whole ? 0 : VBA_NOTE_PACKED;
		if (v->ovba.n > 0)
			return OK;
	}
	for (size_t i = 0; i < stream.n; i++) {
		b = bytes_from(stream, i);
		if (!seems_packed(b))
			continue;
		TRY(ovba_unpack(&v->ovba, b));
		if (v->ovba.whole && v->ovba.n > 0)
			return OK;
	}
	return ERR_END;
}

/* *shown: the module has source. */
static enum err
read_module(
    struct project *p, const struct vba_entry *m, struct vba_module *out, bool *shown)
{
	struct vba *v = p->v;
	struct arena *a = v->parse->arena;
	struct bytes data, code;
	uint32_t stream;
	enum err e;

	*shown = false;
	out->type = m->type;
	out->name = vba_text(a, p->dir.codepage, m->name, m->name16);
	stream = stream_of(p, m, out->name);
	if (!spend(v, 1))
		return ERR_LIMIT;
	if (stream == CFB_NONE)
		return ERR_END;
	TRY(cfb_read(&p->cfb, stream, &data));
	if (!spend(v, data.n / 64))
		return ERR_LIMIT;
	e = unpack_source(v, data, m->offset);
	if (e != OK)
		return e;
	code = (struct bytes){ v->ovba.p, v->ovba.n };
	while (code.n > 0 && code.p[code.n - 1] == 0)
		code.n--;
	code = arena_bytes(a, code);
	out->code = codepage_text(a, p->dir.codepage, code);
	*shown = out->code.p != NULL;
	return *shown || code.n == 0 ? OK : ERR_LIMIT;
}

static enum err
read_modules(struct project *p)
{
	struct vba *v = p->v;
	struct vba_module *m =
	    ARENA_ARRAY(v->parse->arena, p->dir.entries, struct vba_module);
	uint32_t n = 0;
	enum err e = OK;

	if (m == NULL && p->dir.entries > 0)
		return ERR_LIMIT;
	for (size_t i = 0; i < p->dir.entries && e != ERR_LIMIT; i++) {
		bool shown;

		e = read_module(p, &p->dir.entry[i], &m[n], &shown);
		n += shown;
		if (e == ERR_END)
			v->parse->notes |= VBA_NOTE_MODULE;
	}
	v->modules = (struct fact_array){ m, n };
	return e == ERR_LIMIT ? e : OK;
}

static enum err
show_info(struct project *p)
{
	struct arena *a = p->v->parse->arena;
	const struct vba_dir *d = &p->dir;
	struct vba_info *out = &p->v->project_info;
	struct vba_text *t = ARENA_ARRAY(a, d->references, struct vba_text);

	if (t == NULL && d->references > 0)
		return ERR_LIMIT;
	for (size_t i = 0; i < d->references; i++)
		t[i].s = vba_text(
		    a, d->codepage, d->reference[i].name, d->reference[i].name16);
	out->references = (struct fact_array){ t, (uint32_t)d->references };
	out->name = codepage_text(a, d->codepage, d->name);
	out->version = bytes_of(arena_printf(a, "%u.%u", d->major, d->minor));
	out->module_count = d->modules;
	return out->name.p && out->version.p ? OK : ERR_LIMIT;
}

enum err
vba_read_project(struct vba *v, struct bytes file)
{
	struct project p = { .v = v };
	uint32_t dir;
	enum err e;

	e = cfb_open(file, v->parse->arena, &p.cfb);
	if (e == ERR_FORMAT)
		return ERR_END;
	if (e == OK)
		e = find_dir(&p, &dir);
	if (e == OK) {
		v->has_macros = 1;
		e = show_info(&p);
	}
	if (e == OK)
		e = list_streams(&p, dir);
	if (e == OK)
		e = read_modules(&p);
	v->parse->notes |= p.cfb.notes;
	return e;
}
