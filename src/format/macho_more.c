/*
 * macho_more.c - load commands that only YARA-X shows: libraries, paths, versions.
 *
 * Apple's loader.h is the specification. A command that is too short for what it should
 * hold is passed over; the last one of a kind counts where there should be one.
 */
#include <inttypes.h>
#include <stdio.h>

#include "format/macho.h"

#define REQ_DYLD 0x80000000u /* LC_REQ_DYLD: set in a few commands' numbers */

enum {
	LC_SYMTAB = 0x2,
	LC_DYSYMTAB = 0xb,
	LC_LOAD_DYLIB = 0xc,
	LC_ID_DYLIB = 0xd,
	LC_LOAD_DYLINKER = 0xe,
	LC_ID_DYLINKER = 0xf,
	LC_LOAD_WEAK_DYLIB = 0x18,
	LC_UUID = 0x1b,
	LC_RPATH = 0x1c,
	LC_CODE_SIGNATURE = 0x1d,
	LC_REEXPORT_DYLIB = 0x1f,
	LC_DYLD_INFO = 0x22,
	LC_VERSION_MIN_MACOSX = 0x24,
	LC_VERSION_MIN_IPHONEOS = 0x25,
	LC_DYLD_ENVIRONMENT = 0x27,
	LC_SOURCE_VERSION = 0x2a,
	LC_LINKER_OPTION = 0x2d,
	LC_VERSION_MIN_TVOS = 0x2f,
	LC_VERSION_MIN_WATCHOS = 0x30,
	LC_BUILD_VERSION = 0x32,
	LC_DYLD_EXPORTS_TRIE = 0x33,
};

/* A walk over one image's commands, and what grows on it. */
struct walk {
	struct macho *m;
	struct macho_image *i;
	struct macho_dylib *dylibs;
	size_t ndylibs, dylibs_cap;
	struct macho_list rpaths, options;
	struct bytes body; /* of the command, behind its size */
};

enum err
macho_list_add(struct macho *m, struct macho_list *l, struct bytes s)
{
	struct bytes *p =
	    arena_grow(m->parse->arena, l->p, &l->cap, l->n + 1, sizeof(*l->p));

	if (p == NULL || l->n == UINT32_MAX)
		return ERR_LIMIT;
	l->p = p;
	p[l->n++] = s;
	return OK;
}

static struct bytes
without_nuls(struct bytes b)
{
	while (b.n > 0 && b.p[b.n - 1] == 0)
		b.n--;
	return b;
}

/* xxxx.yy.zz in four bytes. */
static struct bytes
version(struct walk *w, uint32_t v)
{
	return bytes_of(arena_printf(
	    w->m->parse->arena, "%u.%u.%u", v >> 16, v >> 8 & 0xff, v & 0xff));
}

/* a.b.c.d.e in 24 and four times 10 bits, of which YARA-X takes six. */
static struct bytes
source_version(struct walk *w, uint64_t v)
{
	return bytes_of(arena_printf(w->m->parse->arena,
	    "%" PRIu64 ".%" PRIu64 ".%" PRIu64 ".%" PRIu64 ".%" PRIu64, v >> 40,
	    v >> 30 & 0x3f, v >> 20 & 0x3f, v >> 10 & 0x3f, v & 0x3f));
}

/* n numbers in a row into int64_t members that lie in a row, too. */
static enum err
read_numbers(struct walk *w, int64_t *out, size_t n)
{
	struct cur c = cur_at(w->body, 0);

	for (size_t k = 0; k < n && w->body.n >= 4 * n; k++)
		out[k] = macho_u32(w->i, &c);
	return OK;
}

#define NUMBERS(w, s) read_numbers(w, (int64_t *)&(s), sizeof(s) / sizeof(int64_t))

/* struct dylib_command: the name follows; where it says the name is, YARA-X ignores. */
static enum err
read_dylib(struct walk *w)
{
	struct cur c = cur_at(w->body, 4);
	struct macho_dylib d = { 0 };
	uint32_t current, compatibility;

	d.timestamp = macho_u32(w->i, &c);
	current = macho_u32(w->i, &c);
	compatibility = macho_u32(w->i, &c);
	if (!cur_ok(&c))
		return OK;
	d.name = without_nuls(bytes_from(w->body, 16));
	d.current_version = version(w, current);
	d.compatibility_version = version(w, compatibility);

	struct macho_dylib *p = arena_grow(
	    w->m->parse->arena, w->dylibs, &w->dylibs_cap, w->ndylibs + 1, sizeof(*p));

	if (p == NULL)
		return ERR_LIMIT;
	w->dylibs = p;
	p[w->ndylibs++] = d;
	return OK;
}

/* struct uuid_command, as Apple's tools print it. */
static enum err
read_uuid(struct walk *w)
{
	struct bytes b = without_nuls(bytes_sub(w->body, 0, 16));
	char *out = arena_alloc(w->m->parse->arena, 2 * 16 + 4 + 1);
	size_t n = 0;

	if (w->body.n < 16 || out == NULL)
		return OK; /* a spent arena is told in the end */
	for (size_t k = 0; k < b.n; k++) {
		n += (size_t)snprintf(out + n, 3, "%02X", b.p[k]);
		if (k == 3 || k == 5 || k == 7 || k == 9)
			out[n++] = '-';
	}
	w->i->more.uuid = (struct bytes){ (uint8_t *)out, n };
	return OK;
}

/* struct build_version_command; all tools that it says must be there. */
static enum err
read_build(struct walk *w)
{
	struct macho_build *b = &w->i->more.build_version;
	struct cur c = cur_at(w->body, 0);
	uint32_t platform = macho_u32(w->i, &c), minos = macho_u32(w->i, &c);
	uint32_t sdk = macho_u32(w->i, &c), n = macho_u32(w->i, &c);
	struct macho_tool *t;

	if (!cur_ok(&c) || n > cur_left(&c) / 8)
		return OK;
	t = ARENA_ARRAY(w->m->parse->arena, n, struct macho_tool);
	if (t == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t k = 0; k < n && macho_spend(w->m, 1); k++) {
		uint32_t v;

		t[k].tool = macho_u32(w->i, &c);
		v = macho_u32(w->i, &c);
		t[k].version = bytes_of(
		    arena_printf(w->m->parse->arena, "%u.%u", v >> 16, v >> 8 & 0xff));
	}
	*b = (struct macho_build){ platform, n, version(w, minos), version(w, sdk),
		{ t, n } };
	return OK;
}

static enum err
read_minimum(struct walk *w, uint32_t cmd)
{
	struct cur c = cur_at(w->body, 0);
	uint32_t least = macho_u32(w->i, &c), sdk = macho_u32(w->i, &c);

	if (cur_ok(&c))
		w->i->more.min_version =
		    (struct macho_min){ cmd, version(w, least), version(w, sdk) };
	return OK;
}

/* struct linker_option_command: all strings that it says, or none. */
static enum err
read_options(struct walk *w)
{
	struct cur c = cur_at(w->body, 0);
	uint32_t count = macho_u32(w->i, &c);
	size_t before = w->options.n;

	for (uint32_t k = 0; k < count && !c.bad && macho_spend(w->m, 1); k++)
		TRY(macho_list_add(w->m, &w->options, cur_cstr(&c)));
	if (!cur_ok(&c))
		w->options.n = before;
	return OK;
}

static enum err
read_command(struct walk *w, uint32_t cmd)
{
	struct macho_more *x = &w->i->more;

	switch (cmd & ~REQ_DYLD) {
	case LC_LOAD_DYLIB:
	case LC_ID_DYLIB:
	case LC_LOAD_WEAK_DYLIB:
	case LC_REEXPORT_DYLIB: return read_dylib(w);
	case LC_BUILD_VERSION: return read_build(w);
	case LC_LINKER_OPTION: return read_options(w);
	case LC_RPATH:
		return w->body.n < 4 ? OK
				     : macho_list_add(w->m, &w->rpaths,
					   without_nuls(bytes_from(w->body, 4)));
	case LC_LOAD_DYLINKER:
	case LC_ID_DYLINKER:
	case LC_DYLD_ENVIRONMENT:
		if (w->body.n >= 4)
			x->dynamic_linker = without_nuls(bytes_from(w->body, 4));
		return OK;
	case LC_SOURCE_VERSION:
		if (w->body.n >= 8) {
			struct cur c = cur_at(w->body, 0);

			x->source_version = source_version(w, macho_u64(w->i, &c));
		}
		return OK;
	case LC_UUID: return read_uuid(w);
	case LC_SYMTAB: return read_numbers(w, &x->symtab.symoff, 4);
	case LC_DYSYMTAB: return NUMBERS(w, x->dysymtab);
	case LC_CODE_SIGNATURE: return NUMBERS(w, x->code_signature_data);
	case LC_DYLD_EXPORTS_TRIE: return NUMBERS(w, w->i->trie);
	case LC_DYLD_INFO: return NUMBERS(w, x->dyld_info);
	case LC_VERSION_MIN_MACOSX:
	case LC_VERSION_MIN_IPHONEOS:
	case LC_VERSION_MIN_TVOS:
	case LC_VERSION_MIN_WATCHOS: return read_minimum(w, cmd);
	default: return OK;
	}
}

static enum err
read_more(struct macho *m, struct macho_image *i)
{
	struct macho_commands commands = macho_commands_of(i);
	struct walk w = { .m = m, .i = i };
	struct bytes command;
	enum err e = OK;
	uint32_t cmd;

	i->trie = (struct macho_linkedit){ FACT_UNDEF, FACT_UNDEF };
	while (e == OK && macho_next_command(i, &commands, &cmd, &command) &&
	       macho_spend(m, 1)) {
		w.body = bytes_from(command, 8);
		e = read_command(&w, cmd);
	}
	i->more.dylibs = (struct fact_array){ w.dylibs, (uint32_t)w.ndylibs };
	i->more.rpaths = (struct fact_array){ w.rpaths.p, (uint32_t)w.rpaths.n };
	i->more.linker_options =
	    (struct fact_array){ w.options.p, (uint32_t)w.options.n };
	return e;
}

enum err
macho_each(struct macho *m, macho_read *read)
{
	struct macho_image *i = (struct macho_image *)(uintptr_t)m->files.p;

	if (m->image.file.p != NULL)
		return read(m, &m->image);
	for (uint32_t k = 0; k < m->files.n; k++)
		if (i[k].file.p != NULL)
			TRY(read(m, &i[k]));
	/* To YARA-X a fat file of one image is a thin one. */
	if (m->files.n == 1)
		m->image.more = i->more;
	return OK;
}

enum err
macho_load_more(void *facts)
{
	struct macho *m = facts;
	enum err e;

	if (m->parse == NULL)
		return OK;
	e = macho_load_fat(facts);
	if (m->more)
		return m->spent ? ERR_LIMIT : e;
	m->more = true;
	return macho_ended(m, e == OK ? macho_each(m, read_more) : e);
}
