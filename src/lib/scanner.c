#include "lib/scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sys.h"
#include "lib/why.h"
#include "modules/modules.h"
#include "result/image.h"
#include "sandbox/process.h"

#define FLAGS                                                                   \
	(CANDOR_CONFINED | CANDOR_NO_MATCHES | CANDOR_FAST | CANDOR_UNMATCHED | \
	    CANDOR_PRIVATE)
#define MEMORY_DEFAULT     (256ull << 20)
#define MATCH_DATA_DEFAULT 512
#define PROCESS_DEFAULT    (2ull << 30)
#define READ_MAX           (64ull << 20) /* read; beyond it mapped */

/*
 * libmagic is C that reads strangers' bytes, and changes the process that it is used in:
 * only workers have it. Rules that silently never match would be worse than none.
 */
static bool
needs_worker(const struct db *db)
{
	for (uint32_t i = 0; i < db->nmodules; i++) {
		const struct db_module *m = db_module(db, i);

		if (m->imported != 0 &&
		    bytes_eq(db_text(db, m->name), BYTES_LIT("magic")))
			return true;
	}
	return false;
}

struct candor_scanner *
candor_scanner_new(struct candor_rules *r, uint32_t flags)
{
	struct candor_scanner *s;

	if (flags & ~(uint32_t)FLAGS) {
		why_fail(CANDOR_ERR_ARG, "a scanner has no such flag: %#x",
		    flags & ~(uint32_t)FLAGS);
		return NULL;
	}
	if (!(flags & CANDOR_CONFINED) && needs_worker(&r->db)) {
		why_fail(CANDOR_ERR_ARG,
		    "the rules import the module 'magic', which only a confined scanner "
		    "has: CANDOR_CONFINED");
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->rules = candor_rules_ref(r);
	s->flags = flags;
	s->memory = MEMORY_DEFAULT;
	s->match_data = MATCH_DATA_DEFAULT;
	s->process_memory = PROCESS_DEFAULT;
	results_init(&s->results);
	return s;
}

/* The next scan makes it anew, with the settings of then. */
static void
drop_engine(struct candor_scanner *s)
{
	scan_free(s->scan);
	s->scan = NULL;
	scanner_confined_end(s);
}

void
candor_scanner_free(struct candor_scanner *s)
{
	if (s == NULL)
		return;
	drop_engine(s);
	exts_done(&s->exts);
	gifts_done(&s->gifts);
	results_done(&s->results);
	candor_rules_free(s->rules);
	free(s);
}

int
candor_scanner_limit(
    struct candor_scanner *s, enum candor_scanner_limit which, uint64_t value)
{
	switch (which) {
	case CANDOR_TIMEOUT_MS: s->timeout_ms = value; break;
	case CANDOR_MEMORY: s->memory = value ? value : MEMORY_DEFAULT; break;
	case CANDOR_MATCH_DATA:
		s->match_data = value < UINT32_MAX ? value : UINT32_MAX;
		s->match_data += s->match_data == 0;
		break;
	case CANDOR_OBJECT_SIZE: s->object_size = value; break;
	case CANDOR_PROCESS_MEMORY:
		s->process_memory = value ? value : PROCESS_DEFAULT;
		break;
	default:
		return why_fail(CANDOR_ERR_ARG, "a scanner has no such limit: %d", which);
	}
	drop_engine(s);
	return CANDOR_OK;
}

void
candor_scanner_on_finding(struct candor_scanner *s,
    int (*fn)(void *arg, const struct candor_finding *f), void *arg)
{
	s->fn = fn;
	s->fn_arg = arg;
}

/* --- external variables --------------------------------------------------- */

/* The rules have a variable of that name and type. */
static bool
has_external(const struct db *db, const struct ext *v)
{
	for (uint32_t i = 0; i < db->nexts; i++)
		if (bytes_eq(db_text(db, db_ext(db, i)->name), v->name))
			return db_ext(db, i)->type == (uint32_t)v->type;
	return false;
}

static int
define(struct candor_scanner *s, const char *name, struct ext v)
{
	v.name = bytes_of(name);
	if (!has_external(&s->rules->db, &v) || !exts_put(&s->exts, &v))
		return why_fail(CANDOR_ERR_ARG,
		    "the rules have no external variable '%s' of that type", name);
	drop_engine(s);
	return CANDOR_OK;
}

int
candor_scanner_define_int(struct candor_scanner *s, const char *name, int64_t value)
{
	return define(s, name, (struct ext){ .type = EXT_INT, .i = value });
}

int
candor_scanner_define_bool(struct candor_scanner *s, const char *name, int value)
{
	return define(s, name, (struct ext){ .type = EXT_BOOL, .i = value != 0 });
}

int
candor_scanner_define_float(struct candor_scanner *s, const char *name, double value)
{
	return define(s, name, (struct ext){ .type = EXT_FLOAT, .f = value });
}

int
candor_scanner_define_string(
    struct candor_scanner *s, const char *name, const char *value)
{
	return define(s, name, (struct ext){ .type = EXT_STR, .s = bytes_of(value) });
}

/* --- what modules are given ------------------------------------------------ */

int
candor_scanner_give(
    struct candor_scanner *s, const char *module, const void *data, size_t n)
{
	const struct format *f = module_find(bytes_of(module));

	if (f == NULL || f->take == NULL)
		return why_fail(CANDOR_ERR_ARG, "the module '%s' %s", module,
		    f ? "takes no data" : "is unknown");
	drop_engine(s); /* which reads what it was given before */
	if (!gifts_put(&s->gifts, module, (struct bytes){ data, n }))
		return why_fail(CANDOR_ERR_ARG, "data for too many modules");
	return CANDOR_OK;
}

/* --- in this process ------------------------------------------------------ */

static int
give_all(struct candor_scanner *s)
{
	for (size_t i = 0; i < s->gifts.n; i++) {
		const struct gift *g = &s->gifts.list[i];
		const char *why = "";

		if (scan_give(s->scan, bytes_of(g->module), g->data, &why) == OK)
			continue;
		drop_engine(s);
		return why_fail(CANDOR_ERR_ARG, "what is given to the module '%s': %s",
		    g->module, why);
	}
	return CANDOR_OK;
}

static int
make_scan(struct candor_scanner *s)
{
	struct scan_opts o = {
		.timeout_ms = (uint32_t)(s->timeout_ms < UINT32_MAX ? s->timeout_ms : 0),
		.memory = s->memory,
		.match_bytes = (uint32_t)s->match_data,
		.clock_ms = sys_clock_ms,
		.now = sys_now,
	};
	enum err e;

	o.flags = (s->flags & CANDOR_NO_MATCHES ? 0 : SCAN_MATCHES) |
		  (s->flags & CANDOR_FAST ? SCAN_FAST : 0) |
		  (s->flags & CANDOR_UNMATCHED ? SCAN_UNMATCHED : 0) |
		  (s->flags & CANDOR_PRIVATE ? SCAN_PRIVATE : 0);
	e = scan_new(s->rules->map, &o, &s->scan);
	for (size_t i = 0; i < s->exts.n && e == OK; i++)
		e = scan_external(s->scan, &s->exts.p[i]);
	if (e == OK)
		return give_all(s);
	drop_engine(s);
	if (e != ERR_FORMAT)
		return why_fail(
		    CANDOR_ERR_LIMIT, "there is no memory for a scanner of these rules");
	return why_fail(CANDOR_ERR_FORMAT,
	    "it is not a database of this version of candor, or damaged");
}

static enum err
collect(void *arg, const struct finding *f)
{
	struct candor_scanner *s = arg;

	results_add(&s->results, f);
	return OK;
}

/* Told at once and forgotten, but for the reasons. */
static enum err
pass_on(void *arg, const struct finding *f)
{
	struct candor_scanner *s = arg;
	struct results *r = &s->results;

	r->n = 0;
	r->region = NULL;
	arena_reset(&r->arena);
	results_add(r, f);
	return r->n == 0 || s->fn(s->fn_arg, r->list[0]) == 0 ? OK : ERR_END;
}

/* process: its regions; NULL: object is a file. */
static int
scan_here(struct candor_scanner *s, struct bytes object, const struct regions *process)
{
	struct sink to = { s, s->fn ? pass_on : collect };
	int e = s->scan == NULL ? make_scan(s) : CANDOR_OK;

	if (e != CANDOR_OK)
		return e;
	if ((process ? scan_regions(s->scan, process, &to)
		     : scan_file(s->scan, object, &to)) == OK)
		return CANDOR_OK;
	results_clear(&s->results);
	return why_fail(CANDOR_STOPPED, "the scan was stopped");
}

/* --- the end of every scan ------------------------------------------------ */

/* Something the engine cannot know: told as if it had said it. */
static int
tell_limit(struct candor_scanner *s, const char *text)
{
	struct finding f = { .kind = FINDING_LIMIT, .text = bytes_of(text) };

	if (s->fn != NULL && !(s->flags & CANDOR_CONFINED))
		return pass_on(s, &f) == OK ? CANDOR_OK : CANDOR_STOPPED;
	results_add(&s->results, &f);
	return CANDOR_OK;
}

/* A worker may take back what it said until it is done: only now is it told. */
static int
replay(struct candor_scanner *s)
{
	struct results *r = &s->results;
	size_t n = r->n;

	for (size_t i = 0; i < n; i++)
		if (s->fn(s->fn_arg, r->list[i]) != 0) {
			results_clear(r);
			return why_fail(CANDOR_STOPPED, "the scan was stopped");
		}
	return CANDOR_OK;
}

/* From what was found to what the scan returns. */
static int
conclude(struct candor_scanner *s)
{
	struct results *r = &s->results;
	int e = s->fn && s->flags & CANDOR_CONFINED ? replay(s) : CANDOR_OK;

	if (s->fn != NULL)
		r->n = 0; /* it was told, and is not collected */
	if (e != CANDOR_OK)
		return e;
	if (r->failed[0] != '\0')
		return why_fail(CANDOR_FAILED, "not scanned: %s", r->failed);
	if (r->limit[0] != '\0')
		return why_fail(CANDOR_INCOMPLETE, "scanned in part: %s", r->limit);
	return CANDOR_OK;
}

/* --- where objects come from ---------------------------------------------- */

static int
too_large(struct candor_scanner *s)
{
	int e = tell_limit(s, "it is larger than CANDOR_OBJECT_SIZE");

	return e == CANDOR_OK ? conclude(s) : why_fail(e, "the scan was stopped");
}

int
candor_scan_memory(struct candor_scanner *s, const void *p, size_t n)
{
	CLEAN(fd_closep) int fd = -1;
	enum err e;
	int said;

	results_clear(&s->results);
	if (s->object_size != 0 && n > s->object_size)
		return too_large(s);
	if (!(s->flags & CANDOR_CONFINED)) {
		said = scan_here(s, (struct bytes){ p, n }, NULL);
		return said == CANDOR_OK ? conclude(s) : said;
	}
	e = sys_memfd("candor-object", &fd);
	if (e == OK)
		e = sys_write_all(fd, p, n);
	if (e == OK)
		e = sys_seal(fd);
	if (e != OK)
		return why_system(ERR_IO, "copy to", "a file in memory");
	said = scanner_confined(s, fd, n, 0);
	return said == CANDOR_OK ? conclude(s) : said;
}

/* All of it at once; what the file has meanwhile lost is not there. */
static int
scan_read(struct candor_scanner *s, int fd, uint64_t size)
{
	uint8_t *p = xcalloc(1, (size_t)size + 1);
	size_t n = 0, got = 1;
	enum err e = OK;
	int said;

	while (e == OK && n < size && got > 0) {
		e = sys_pread(fd, p + n, (size_t)size - n, n, &got);
		n += e == OK ? got : 0;
	}
	said = e == OK ? scan_here(s, (struct bytes){ p, n }, NULL)
		       : why_system(ERR_IO, "read", "the file");
	free(p);
	return said;
}

static int
scan_mapped(struct candor_scanner *s, int fd, uint64_t size)
{
	void *p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	int said;

	if (p == MAP_FAILED)
		return why_system(ERR_IO, "map", "the file");
	said = scan_here(s, (struct bytes){ p, (size_t)size }, NULL);
	munmap(p, (size_t)size);
	return said;
}

/* Whoever reads it, only what stayed as it was is scanned as a whole. */
static bool
held_still(int fd, const struct stat *before)
{
	struct stat st;

	return sys_stat(fd, &st) == OK && st.st_size == before->st_size &&
	       st.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

/* fd is only read from. name: for messages. */
static int
scan_open(struct candor_scanner *s, int fd, const char *name)
{
	struct stat st;
	uint64_t size;
	int said;

	if (sys_stat(fd, &st) != OK)
		return why_system(ERR_IO, "look at", name);
	if (!S_ISREG(st.st_mode))
		return why_fail(CANDOR_ERR_ACCESS, "cannot scan '%s': %s", name,
		    S_ISDIR(st.st_mode) ? "a folder" : "not a regular file");
	size = (uint64_t)st.st_size;
	if (s->object_size != 0 && size > s->object_size)
		return too_large(s);
	said = s->flags & CANDOR_CONFINED ? scanner_confined(s, fd, size, 0)
	       : size > READ_MAX          ? scan_mapped(s, fd, size)
					  : scan_read(s, fd, size);
	if (said == CANDOR_OK && s->results.failed[0] == '\0' &&
	    s->results.limit[0] == '\0' && !held_still(fd, &st))
		said = tell_limit(s, "the file changed while it was read");
	return said == CANDOR_OK ? conclude(s) : said;
}

int
candor_scan_file(struct candor_scanner *s, const char *path)
{
	CLEAN(fd_closep) int fd = -1;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	results_clear(&s->results);
	return e == OK ? scan_open(s, fd, path) : why_system(e, "open", path);
}

/*
 * A descriptor that can write is opened anew for reading: it may go to a worker, whose
 * system calls forbid writing, but which needs to have nothing that it could write to.
 */
int
candor_scan_fd(struct candor_scanner *s, int fd)
{
	CLEAN(fd_closep) int own = -1;
	char name[40];
	int flags = fcntl(fd, F_GETFL);

	results_clear(&s->results);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (flags < 0)
		return why_fail(CANDOR_ERR_ARG, "descriptor %d is not open", fd);
	if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_PATH))
		return scan_open(s, fd, name);
	own = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return own < 0 ? why_system(ERR_ACCESS, "read", name) : scan_open(s, own, name);
}

/* --- processes ------------------------------------------------------------ */

/* The image in this process: mapped, its table read. */
static int
scan_image(struct candor_scanner *s, const struct process *p)
{
	void *map = mmap(NULL, (size_t)p->size, PROT_READ, MAP_SHARED, p->fd, 0);
	struct region *r = xcalloc(p->n, sizeof(*r));
	int said;

	if (map == MAP_FAILED ||
	    image_get((struct bytes){ map, (size_t)p->size }, p->n, r) != OK)
		said = why_system(ERR_IO, "map", "the copy of a process");
	else
		said = scan_here(s, (struct bytes){ 0 }, &(struct regions){ r, p->n });
	if (map != MAP_FAILED)
		munmap(map, (size_t)p->size);
	free(r);
	return said;
}

int
candor_scan_process(struct candor_scanner *s, int pid)
{
	char why[PROCESS_WHY];
	struct process p;
	int said;
	enum err e = pid > 0 ? process_copy(pid, s->process_memory, &p, why) : ERR_PROTO;

	results_clear(&s->results);
	if (e == ERR_PROTO)
		return why_fail(CANDOR_ERR_ARG, "%d is not the number of a process", pid);
	if (e != OK)
		return why_fail(
		    e == ERR_ACCESS ? CANDOR_ERR_ACCESS : CANDOR_ERR_IO, "%s", why);
	s->results.process = &p;
	said = s->flags & CANDOR_CONFINED ? scanner_confined(s, p.fd, p.size, p.n)
					  : scan_image(s, &p);
	s->results.process = NULL;
	if (said == CANDOR_OK && p.limit != NULL)
		said = tell_limit(s, p.limit);
	process_done(&p);
	return said == CANDOR_OK ? conclude(s) : said;
}

/* --- what was found ------------------------------------------------------- */

size_t
candor_count(const struct candor_scanner *s)
{
	return s->results.n;
}

const struct candor_finding *
candor_finding(const struct candor_scanner *s, size_t i)
{
	return i < s->results.n ? s->results.list[i] : NULL;
}
