/*
 * magic.c - the module `magic`: what libmagic says of the object.
 *
 * The words are those of the system's libmagic and its database, so that rules which
 * compare them mean the same as under YARA, and as file(1) on this machine.
 *
 * Everything that libmagic would ask of the system is done before the process is locked
 * in, or not at all: it is loaded (magic_prepare), its database comes as bytes, the
 * object is bytes, and local times that some descriptions have are shown in UTC, as
 * the zone is kept in a file. What is left is computing and malloc.
 */
#include "modules/magic.h"

#include <dlfcn.h>
#include <magic.h>
#include <stdlib.h>
#include <time.h>

#include "format/format.h"

#define LIBRARY "libmagic.so.1"

/*
 * What one description costs at most, in steps: libmagic looks at the first 7 MiB, and
 * tries some thousand places of them. Counted by the size, as it is not told.
 */
#define LOOKED_AT      (7u << 20)
#define STEPS_LEAST    100000
#define STEPS_PER_BYTE 4

/* libmagic's functions, and its handle. */
struct given {
	magic_t (*open)(int flags);
	int (*load_buffers)(magic_t m, void **buffers, size_t *sizes, size_t n);
	int (*setflags)(magic_t m, int flags);
	const char *(*buffer)(magic_t m, const void *p, size_t n);
	void (*close)(magic_t m);
	magic_t handle;
};

struct magic {
	struct given *given;     /* NULL: nothing was */
	struct bytes type, mime; /* once they were asked for */
};

void
magic_prepare(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	/* stays loaded: take() finds it without opening anything */
	(void)dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
}

/* The words are libmagic's until its next call, so they are copied. */
static struct bytes
describe(struct fact_call *c, struct given *g, int flags)
{
	struct bytes file = bytes_clip(c->file, 0, LOOKED_AT);
	const char *s;

	/* YARA shows its module no block of an empty file, so it says nothing */
	if (g == NULL || c->file.n == 0 ||
	    !c->charge(c->host, STEPS_LEAST + STEPS_PER_BYTE * (uint64_t)file.n))
		return (struct bytes){ 0 };
	g->setflags(g->handle, flags);
	s = g->buffer(g->handle, c->file.p, c->file.n);
	return s != NULL ? arena_bytes(c->arena, bytes_of(s)) : (struct bytes){ 0 };
}

static void
magic_type(struct fact_call *c)
{
	struct magic *m = c->self;

	if (m->type.p == NULL)
		m->type = describe(c, m->given, MAGIC_NONE);
	c->ret.s = m->type;
}

static void
magic_mime_type(struct fact_call *c)
{
	struct magic *m = c->self;

	if (m->mime.p == NULL)
		m->mime = describe(c, m->given, MAGIC_MIME_TYPE);
	c->ret.s = m->mime;
}

/*
 * Finds the functions of the library that is loaded already; opens nothing. RTLD_NOLOAD:
 * in the confined half dlopen would have to open files. All functions or none: a libmagic
 * that lacks one is none.
 */
static bool
bind_all(struct given *g)
{
	void *lib = dlopen(LIBRARY, RTLD_NOW | RTLD_NOLOAD);
	const struct {
		const char *name;
		size_t at;
	} functions[] = {
		{ "magic_open", offsetof(struct given, open) },
		{ "magic_load_buffers", offsetof(struct given, load_buffers) },
		{ "magic_setflags", offsetof(struct given, setflags) },
		{ "magic_buffer", offsetof(struct given, buffer) },
		{ "magic_close", offsetof(struct given, close) },
	};

	for (size_t i = 0; i < COUNT(functions); i++) {
		void *f = lib != NULL ? dlsym(lib, functions[i].name) : NULL;

		if (f == NULL)
			return false;
		memcpy((char *)g + functions[i].at, &f, sizeof(f));
	}
	return true;
}

static void
magic_leave(void *given)
{
	struct given *g = given;

	if (g->handle != NULL)
		g->close(g->handle);
	free(g);
}

/* A compiled database is not copied: this costs little before the first object. */
static bool
load(struct given *g, struct bytes database)
{
	void *buffer = (void *)(uintptr_t)database.p;

	g->handle = g->open(MAGIC_NONE);
	return g->handle != NULL &&
	       g->load_buffers(g->handle, &buffer, &database.n, 1) == 0;
}

static enum err
magic_take(struct bytes data, void **given, const char **why)
{
	struct given *g = calloc(1, sizeof(*g));

	*why = "there is no memory";
	if (g == NULL)
		return ERR_LIMIT;
	*why = "libmagic (" LIBRARY ") is not installed";
	if (bind_all(g)) {
		*why = "it is no database of this libmagic";
		if (load(g, data)) {
			*given = g;
			return OK;
		}
	}
	magic_leave(g);
	return ERR_FORMAT;
}

static enum err
magic_open_facts(struct parse *p)
{
	struct magic *m = p->facts;

	*m = (struct magic){ .given = p->given };
	/* a host that gave no libmagic: what rules ask of it is not known, so not decided
	 */
	return p->given != NULL ? OK : ERR_LIMIT;
}

static const struct fact magic_facts[] = {
	FACT_FUN("type", ":s", magic_type),
	FACT_FUN("mime_type", ":s", magic_mime_type),
	FACT_LAST,
};

const struct format module_magic = {
	.name = "magic",
	.facts = magic_facts,
	.facts_size = sizeof(struct magic),
	.open = magic_open_facts,
	.take = magic_take,
	.leave = magic_leave,
	.needs = FORMAT_NEED_MAGIC,
};
