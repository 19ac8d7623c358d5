/* build.c - see build.h. */
#include "rebuild/build.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"

#define TAIL_MAX 4096 /* bytes of output that are shown when a build fails */

static void
read_tail(struct build *b, uint64_t output_limit)
{
	uint8_t *room;
	struct stat st;
	size_t got = 0;
	uint64_t size, from;

	if (b->log < 0 || fstat(b->log, &st) != 0)
		return;
	size = (uint64_t)st.st_size;
	b->talkative = size + 4096 > output_limit;
	from = size > TAIL_MAX ? size - TAIL_MAX : 0;
	room = buf_room(&b->tail, TAIL_MAX);
	if (sys_pread(b->log, room, TAIL_MAX, from, &got) != OK)
		got = 0;
	b->tail.n = got;
}

static void
set_end(struct build *b, enum trace_end end, struct room *r)
{
	int status = 0;

	if (end == TRACE_LATE) {
		b->end = BUILD_LATE;
	} else if (end == TRACE_DIED || room_ended(r, &status) != OK) {
		b->end = BUILD_BROKEN;
	} else if (WIFSIGNALED(status)) {
		b->end = BUILD_KILLED;
		b->status = WTERMSIG(status);
	} else {
		b->end = WEXITSTATUS(status) == 0 ? BUILD_DONE : BUILD_FAILED;
		b->status = WEXITSTATUS(status);
	}
}

/* The same of a root that was made: below OUT, or the room itself. */
static enum err
collect_root(const struct build_plan *p, const struct room *r, struct fault *f)
{
	CLEAN(fd_closep)
	int dir = p->carry_from != NULL
		      ? openat(r->out, p->carry_from,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
		      : openat(r->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return fault_set(
		    f, FAULT_IO, "cannot open the root that was made: %s", sys_why());
	return carry_tree(dir, room_has_own, p->room.source->time, p->carry, f);
}

/* While init is stopped and everybody else is dead, nothing in the room moves. */
static enum err
collect(const struct build_plan *p, struct room *r, struct build *b, struct fault *f)
{
	struct statvfs fs;

	if (p->carry != NULL)
		return b->end == BUILD_DONE ? collect_root(p, r, f) : OK;
	b->full = fstatvfs(r->out, &fs) == 0 && (fs.f_bavail == 0 || fs.f_favail == 0);
	if (take_all(r->out, p->wanted, p->arg, &b->take) != OK)
		return fault_set(f, FAULT_IO, "cannot keep the artefacts: %s", sys_why());
	if (!p->closure)
		return OK;
	closure_make(b->flow, r->root, b->world.base, p->before, &b->closure);
	b->unused = p->compiler != NULL &&
		    !closure_has_program(&b->closure, r->root, p->compiler);
	owner_find(&b->closure, r->root, &b->owner);
	return OK;
}

enum err
build_run(const struct build_plan *p, const struct vary_world *world, struct build *out,
    struct fault *f)
{
	struct room_plan room = p->room;
	struct trace_plan trace = { room.limits.seconds, &out->world, room.install,
		p->tick, p->arg };
	struct room r;
	enum err e;

	*out = (struct build){ .world = *world, .log = -1 };
	room.world = &out->world;
	TRY(room_open(&room, &r, f));
	e = room_start(&r, f);
	if (e == OK) {
		out->flow = flow_new(&flow_default);
		set_end(out, trace_run(&trace, &r, out->flow, &out->count), &r);
		out->log = fcntl(r.log, F_DUPFD_CLOEXEC, 3);
		read_tail(out, room.limits.output);
	}
	if (e == OK && out->end != BUILD_LATE && out->end != BUILD_BROKEN)
		e = collect(p, &r, out, f);
	room_close(&r);
	if (e != OK)
		build_done(out);
	return e;
}

void
build_done(struct build *b)
{
	flow_free(b->flow);
	closure_done(&b->closure);
	owner_done(&b->owner);
	take_done(&b->take);
	buf_done(&b->tail);
	fd_closep(&b->log);
	*b = (struct build){ .log = -1 };
}

const char *
build_word(enum build_end end)
{
	static const char *const words[] = { "done", "failed", "killed", "late",
		"broken" };

	return words[end];
}

void
build_describe(const struct build *b, struct buf *out)
{
	switch (b->end) {
	case BUILD_DONE: break;
	case BUILD_FAILED:
		buf_printf(out, "the recipe failed with exit code %d", b->status);
		break;
	case BUILD_KILLED:
		buf_printf(out, "the recipe was ended by signal %d", b->status);
		break;
	case BUILD_LATE:
		buf_str(out, "the build was not done in time, and was stopped");
		break;
	case BUILD_BROKEN: buf_str(out, "the room that it was built in broke"); break;
	}
	if (b->full)
		buf_printf(out, "%sits space was used up", out->n > 0 ? "; " : "");
	if (b->talkative)
		buf_printf(out, "%sit printed more than is kept", out->n > 0 ? "; " : "");
}
