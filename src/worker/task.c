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
