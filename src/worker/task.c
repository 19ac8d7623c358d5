/*
 * task.c - what both kinds of task share: the next frame, and a refusal. A worker that
 * was told something out of order says why and ends; the parent takes that for its
 * fault.
 */
#include "worker/task.h"

enum err
task_frame(struct worker *w, struct wire_frame *out)
{
	for (;;) {
		enum err e = wire_next(&w->in, out);

		if (e != ERR_END)
			return e;
		TRY(wire_read(&w->in));
	}
}

enum err
task_refuse(struct worker *w, const char *why)
{
	buf_str(wire_begin(&w->out), why);
	wire_send(&w->out, WIRE_REFUSED);
	return wire_flush(&w->out);
}
