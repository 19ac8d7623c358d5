#include "compare/compare.h"

#include <sys/stat.h>

#include "base/sys.h"
#include "compare/fold.h"

static enum err
side_of(struct fold *f, int fd, const char *which, struct ask_side *out)
{
	struct buf b = { 0 };
	struct stat st;
	enum err e = sys_stat(fd, &st);

	if (e != OK)
		buf_printf(&b, "the %s cannot be read: %s", which, sys_why());
	else if (!S_ISREG(st.st_mode)) {
		buf_printf(&b, "the %s is a %s, not a regular file", which,
		    sys_kind(st.st_mode));
		e = ERR_FORMAT;
	} else
		*out = (struct ask_side){ fd, (uint64_t)st.st_size, st.st_mode & 07777,
			st.st_ctim, { 0 } };
	fold_why(f, buf_bytes(&b));
	buf_done(&b);
	return e;
}

static enum err
compare(struct fold *f, const struct compare_opts *o, int fd_a, int fd_b,
    const struct compare_names *names)
{
	struct compare_result *out = f->out;
	struct ask_side a, b;
	bool same = false;
	enum err e;

	TRY(side_of(f, fd_a, "first", &a));
	TRY(side_of(f, fd_b, "second", &b));
	if (names != NULL) {
		a.name = ask_name(names->a);
		b.name = ask_name(names->b);
	}
	out->size_a = a.size;
	out->size_b = b.size;
	e = ask_same(&a, &b, &same);
	if (e == ERR_PROTO) {
		fold_why(f, BYTES_LIT(ASK_CHANGED));
		return OK; /* failed: nothing is known of files that do not hold still */
	}
	if (e != OK) {
		fold_why(f, bytes_of(sys_why()));
		return e;
	}
	if (same)
		out->verdict = COMPARE_IDENTICAL;
	else if (ask_worker(o, &a, &b, f) == OK) {
		if (ask_changed(&a) || ask_changed(&b)) {
			out->damaged++;
			fold_why(f, BYTES_LIT(ASK_CHANGED));
		}
		fold_end(f);
	}
	return OK;
}

enum err
compare_run(const struct compare_opts *o, int fd_a, int fd_b,
    const struct compare_names *names, struct compare_result *out)
{
	struct fold f;
	enum err e;

	fold_init(&f, o, out);
	e = compare(&f, o, fd_a, fd_b, names);
	fold_done(&f);
	return e;
}
