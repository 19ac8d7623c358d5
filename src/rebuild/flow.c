/*
 * flow.c - see flow.h.
 *
 * Events are kept once each (a process reads a header as often as it likes). A process
 * inherits what its parent had read when it was started, so each event has its place
 * in time; files have none: a name is one thing from the beginning to the end, whatever
 * is written to it in between. That is coarser than the truth and never finer.
 */
#include "rebuild/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

const struct flow_limits flow_default = { 1u << 20, 1u << 20, 1u << 23 };

#define MOVED_MAX 8 /* times that a folder is followed back */

enum kind { READ, WRITE, MOVE };

/* a: the process (READ, WRITE) or the old name (MOVE); b: the file or the new name. */
struct event {
	enum kind kind;
	uint32_t a, b;
	uint32_t next_a, next_b; /* others of the same process or file; FLOW_NONE: end */
};

struct file {
	char *name;
	uint32_t hash;
	uint32_t writers; /* first event that made it: WRITE or MOVE */
	bool read;
};

struct proc {
	uint32_t parent;
	uint32_t born;  /* events that there were when it was started */
	uint32_t reads; /* first event */
	uint32_t seen;  /* while searching: its reads before this event are done */
};

/* Open addressing; a slot holds an index + 1. */
struct table {
	uint32_t *slot;
	size_t cap, n;
};

struct flow {
	struct flow_limits limits;
	struct file *file;
	struct proc *proc;
	struct event *event;
	size_t files, procs, events;
	size_t file_cap, proc_cap, event_cap;
	struct table by_name, by_event;
	uint32_t *folder; /* MOVE events, to look for names below one that moved */
	size_t folders, folder_cap;
	bool lost;
};

struct flow *
flow_new(const struct flow_limits *l)
{
	struct flow *f = xcalloc(1, sizeof(*f));

	f->limits = *l;
	return f;
}

void
flow_free(struct flow *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->files; i++)
		free(f->file[i].name);
	free(f->file);
	free(f->proc);
	free(f->event);
	free(f->folder);
	free(f->by_name.slot);
	free(f->by_event.slot);
	free(f);
}

void
flow_lose(struct flow *f)
{
	f->lost = true;
}

bool
flow_complete(const struct flow *f)
{
	return !f->lost;
}

/* FNV-1a: names are a stranger's, but the tables are bounded, and so is the time. */
static uint32_t
hash(const void *p, size_t n, uint32_t h)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 16777619u;
	return h;
}

/* A slot for one more, in a table that is at most half full. */
static void
make_room(struct table *t, uint32_t (*hash_of)(const struct flow *, uint32_t),
    const struct flow *f)
{
	struct table bigger = { NULL, t->cap > 0 ? t->cap * 2 : 1024, t->n };

	if (2 * (t->n + 1) <= t->cap)
		return;
	bigger.slot = xcalloc(bigger.cap, sizeof(*bigger.slot));
	for (size_t i = 0; i < t->cap; i++) {
		size_t k;

		if (t->slot[i] == 0)
			continue;
		k = hash_of(f, t->slot[i] - 1) & (bigger.cap - 1);
		while (bigger.slot[k] != 0)
			k = (k + 1) & (bigger.cap - 1);
		bigger.slot[k] = t->slot[i];
	}
	free(t->slot);
	*t = bigger;
}

static uint32_t
name_hash(const struct flow *f, uint32_t i)
{
	return f->file[i].hash;
}

static uint32_t
event_hash(const struct flow *f, uint32_t i)
{
	const struct event *e = &f->event[i];
	const uint32_t words[3] = { e->kind, e->a, e->b };

	return hash(words, sizeof(words), 2166136261u);
}

uint32_t
flow_find(const struct flow *f, const char *name)
{
	const struct table *t = &f->by_name;
	uint32_t h = hash(name, strlen(name), 2166136261u);

	if (t->cap == 0)
		return FLOW_NONE;
	for (size_t k = h & (t->cap - 1); t->slot[k] != 0; k = (k + 1) & (t->cap - 1))
		if (strcmp(f->file[t->slot[k] - 1].name, name) == 0)
			return t->slot[k] - 1;
	return FLOW_NONE;
}

static uint32_t
find_or_add(struct flow *f, const char *name)
{
	struct table *t = &f->by_name;
	uint32_t i = flow_find(f, name);
	size_t k;

	if (i != FLOW_NONE)
		return i;
	if (f->files >= f->limits.files) {
		f->lost = true;
		return FLOW_NONE;
	}
	make_room(t, name_hash, f);
	f->file = xgrow(f->file, &f->file_cap, f->files + 1, sizeof(*f->file));
	f->file[f->files] = (struct file){ xstrdup(name),
		hash(name, strlen(name), 2166136261u), FLOW_NONE, false };
	for (k = f->file[f->files].hash & (t->cap - 1); t->slot[k] != 0;
	     k = (k + 1) & (t->cap - 1))
		;
	t->slot[k] = (uint32_t)++f->files;
	t->n++;
	return (uint32_t)f->files - 1;
}

/* NULL: it was there already, or there is no room. */
static struct event *
add_event(struct flow *f, enum kind kind, uint32_t a, uint32_t b)
{
	const uint32_t words[3] = { kind, a, b };
	struct table *t = &f->by_event;
	size_t k;

	if (a == FLOW_NONE || b == FLOW_NONE)
		return NULL;
	make_room(t, event_hash, f);
	for (k = hash(words, sizeof(words), 2166136261u) & (t->cap - 1); t->slot[k] != 0;
	     k = (k + 1) & (t->cap - 1)) {
		const struct event *e = &f->event[t->slot[k] - 1];

		if (e->kind == kind && e->a == a && e->b == b)
			return NULL;
	}
	if (f->events >= f->limits.events) {
		f->lost = true;
		return NULL;
	}
	f->event = xgrow(f->event, &f->event_cap, f->events + 1, sizeof(*f->event));
	f->event[f->events] = (struct event){ kind, a, b, FLOW_NONE, FLOW_NONE };
	t->slot[k] = (uint32_t)++f->events;
	t->n++;
	return &f->event[f->events - 1];
}

uint32_t
flow_proc(struct flow *f, uint32_t parent)
{
	if (f->procs >= f->limits.procs) {
		f->lost = true;
		return FLOW_NONE;
	}
	f->proc = xgrow(f->proc, &f->proc_cap, f->procs + 1, sizeof(*f->proc));
	f->proc[f->procs] = (struct proc){ parent, (uint32_t)f->events, FLOW_NONE, 0 };
	return (uint32_t)f->procs++;
}

void
flow_read(struct flow *f, uint32_t proc, const char *name)
{
	uint32_t file = find_or_add(f, name);
	struct event *e = add_event(f, READ, proc, file);

	if (file != FLOW_NONE)
		f->file[file].read = true;
	if (e == NULL)
		return;
	e->next_a = f->proc[proc].reads;
	f->proc[proc].reads = (uint32_t)(e - f->event);
}

void
flow_write(struct flow *f, uint32_t proc, const char *name)
{
	uint32_t file = find_or_add(f, name);
	struct event *e = add_event(f, WRITE, proc, file);

	if (e == NULL)
		return;
	e->next_b = f->file[file].writers;
	f->file[file].writers = (uint32_t)(e - f->event);
}

void
flow_move(struct flow *f, const char *from, const char *to, bool folder)
{
	uint32_t a = find_or_add(f, from), b = find_or_add(f, to);
	struct event *e = add_event(f, MOVE, a, b);

	if (e == NULL)
		return;
	e->next_b = f->file[b].writers;
	f->file[b].writers = (uint32_t)(e - f->event);
	if (!folder)
		return;
	f->folder = xgrow(f->folder, &f->folder_cap, f->folders + 1, sizeof(*f->folder));
	f->folder[f->folders++] = (uint32_t)(e - f->event);
}

size_t
flow_files(const struct flow *f)
{
	return f->files;
}

size_t
flow_procs(const struct flow *f)
{
	return f->procs;
}

const char *
flow_name(const struct flow *f, uint32_t file)
{
	return f->file[file].name;
}

bool
flow_was_read(const struct flow *f, uint32_t file)
{
	return f->file[file].read;
}

/* --- searching backwards ------------------------------------------------- */

struct search {
	struct flow *f;
	uint8_t *mark;
	uint32_t *todo; /* files whose writers are still to be looked at */
	size_t n, cap;
};

static void
visit(struct search *s, uint32_t file)
{
	if (s->mark[file])
		return;
	s->mark[file] = 1;
	s->todo = xgrow(s->todo, &s->cap, s->n + 1, sizeof(*s->todo));
	s->todo[s->n++] = file;
}

/*
 * All that the process read before the event until, and what it inherited. A process is
 * looked at again only when more of its time counts; each time goes up to an ancestor.
 */
static void
visit_proc(struct search *s, uint32_t proc, uint32_t until)
{
	while (proc != FLOW_NONE && until > s->f->proc[proc].seen) {
		struct proc *p = &s->f->proc[proc];

		for (uint32_t i = p->reads; i != FLOW_NONE; i = s->f->event[i].next_a)
			if (i < until)
				visit(s, s->f->event[i].b);
		p->seen = until;
		proc = p->parent;
		until = p->born;
	}
}

/*
 * A name below a folder that was moved here: the file came from below the old name, which
 * may be of a folder that was moved itself. depth ends what was moved in a circle.
 */
static void
visit_moved(struct search *s, const char *name, unsigned depth)
{
	for (size_t i = 0; i < s->f->folders && depth > 0; i++) {
		const struct event *e = &s->f->event[s->f->folder[i]];
		const char *to = s->f->file[e->b].name;
		size_t n = strlen(to);
		char *old;
		uint32_t file;

		if (strncmp(name, to, n) != 0 || name[n] != '/')
			continue;
		old = xprintf("%s%s", s->f->file[e->a].name, name + n);
		file = flow_find(s->f, old);
		if (file != FLOW_NONE)
			visit(s, file);
		else
			visit_moved(s, old, depth - 1);
		free(old);
	}
}

void
flow_origin(struct flow *f, const char *name, uint8_t *mark)
{
	struct search s = { f, mark, NULL, 0, 0 };
	uint32_t start = flow_find(f, name);

	memset(mark, 0, f->files);
	for (size_t i = 0; i < f->procs; i++)
		f->proc[i].seen = 0;
	if (start == FLOW_NONE)
		visit_moved(
		    &s, name, MOVED_MAX); /* in a folder that was renamed at the end */
	else
		visit(&s, start);
	while (s.n > 0) {
		uint32_t file = s.todo[--s.n];

		for (uint32_t i = f->file[file].writers; i != FLOW_NONE;
		     i = f->event[i].next_b) {
			if (f->event[i].kind == MOVE)
				visit(&s, f->event[i].a);
			else
				visit_proc(&s, f->event[i].a, UINT32_MAX);
		}
		visit_moved(&s, f->file[file].name, MOVED_MAX);
	}
	free(s.todo);
}
