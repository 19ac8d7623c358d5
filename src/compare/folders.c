/* folders.c - see compare.h: two folders, pair by pair, each pair by a worker of its own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "compare/fold.h"
#include "compare/folder.h"
#include "result/named.h"
#include "result/rename.h"

/* Files that are the same under another name: all of them are one statement. */
struct renamed {
	struct diff_line line[DIFF_LINES_MAX];
	uint32_t n;
	uint64_t files;
};

struct folders {
	const struct compare_opts *o;
	int dir_a, dir_b;
	struct fold f;
	struct renamed renamed[2]; /* 1: what the name says of how it is run changed */
	enum err err;
};

static void
say(struct folders *s, struct difference d)
{
	if (s->err == OK)
		s->err = fold_add(&s->f, &d);
}

static void
say_found(struct folders *s, enum diff_class cls, const char *what,
    const struct diff_line lines[2])
{
	say(s, (struct difference){ .kind = DIFF_FOUND,
		   .cls = cls,
		   .what = bytes_of(what),
		   .lines = lines,
		   .nlines = 2 });
}

static void
begin(struct folders *s, const struct folder_entry *a, const struct folder_entry *b)
{
	say(s, (struct difference){ .kind = DIFF_BEGIN,
		   .name_a = a->path,
		   .name_b = bytes_eq(a->path, b->path) ? (struct bytes){ 0 } : b->path,
		   .type = bytes_of(sys_kind(a->mode)),
		   .size_a = a->size,
		   .size_b = b->size });
}

static void
end(struct folders *s)
{
	say(s, (struct difference){ .kind = DIFF_END });
}

/* --- what is not in the bytes --------------------------------------------- */

static void
type_diff(struct folders *s, const struct folder_entry *a, const struct folder_entry *b)
{
	const struct diff_line lines[] = {
		{ DIFF_A, DIFF_NOWHERE, bytes_of(sys_kind(a->mode)) },
		{ DIFF_B, DIFF_NOWHERE, bytes_of(sys_kind(b->mode)) },
	};

	begin(s, a, b);
	say_found(s, DIFF_CODE, "it is of another type", lines);
	end(s);
}

static bool
about_differs(const struct folder_entry *a, const struct folder_entry *b)
{
	return a->mode != b->mode || a->device != b->device ||
	       !bytes_eq(a->target, b->target);
}

static void
about_diff(struct folders *s, const struct folder_entry *a, const struct folder_entry *b)
{
	char x[16], y[16];
	const struct diff_line modes[] = { { DIFF_A, DIFF_NOWHERE, { (uint8_t *)x, 4 } },
		{ DIFF_B, DIFF_NOWHERE, { (uint8_t *)y, 4 } } };
	const struct diff_line links[] = { { DIFF_A, DIFF_NOWHERE, a->target },
		{ DIFF_B, DIFF_NOWHERE, b->target } };

	snprintf(x, sizeof(x), "%04o", a->mode & 07777);
	snprintf(y, sizeof(y), "%04o", b->mode & 07777);
	if ((a->mode ^ b->mode) & 07000)
		say_found(s, DIFF_CODE, "it runs with other rights", modes);
	else if (a->mode != b->mode)
		say_found(s, DIFF_METADATA, "it has other permissions", modes);
	if (!bytes_eq(a->target, b->target))
		say_found(s, DIFF_CODE, "the link points at something else", links);
	else if (a->device != b->device)
		say_found(s, DIFF_CODE, "it is another device", links);
}

/* --- contents ------------------------------------------------------------- */

static void
unreadable(struct folders *s, const struct folder_entry *a, const struct folder_entry *b,
    const char *why)
{
	begin(s, a, b);
	say(s, (struct difference){ .kind = DIFF_DAMAGED, .what = bytes_of(why) });
	end(s);
}

static void
ask(struct folders *s, const struct folder_entry *a, const struct folder_entry *b,
    const struct ask_side *x, const struct ask_side *y)
{
	struct compare_result *r = s->f.out;

	s->f.name_a = a->path;
	s->f.name_b = bytes_eq(a->path, b->path) ? (struct bytes){ 0 } : b->path;
	if (ask_worker(s->o, x, y, &s->f) != OK) {
		struct buf why = { 0 };

		/* one pair that failed does not end the others */
		buf_str(&why, r->why);
		unreadable(s, a, b, buf_cstr(&why));
		buf_done(&why);
	}
	s->f.name_a = s->f.name_b = (struct bytes){ 0 };
	s->f.base = 0;
}

static void
add_renamed(struct folders *s, struct bytes a, struct bytes b)
{
	struct renamed *l = &s->renamed[named_runs_else(a, b)];
	uint32_t max = s->o->lines ? s->o->lines : COMPARE_LINES;

	l->files++;
	if (l->n + 2 > max || l->n + 2 > DIFF_LINES_MAX)
		return;
	l->line[l->n++] =
	    (struct diff_line){ DIFF_A, DIFF_NOWHERE, bytes_clip(a, 0, DIFF_TEXT_MAX) };
	l->line[l->n++] =
	    (struct diff_line){ DIFF_B, DIFF_NOWHERE, bytes_clip(b, 0, DIFF_TEXT_MAX) };
}

static void
say_renamed(struct folders *s, bool runs_else)
{
	const struct renamed *l = &s->renamed[runs_else];
	struct buf what = { 0 };

	if (l->files == 0)
		return;
	buf_printf(&what, "%llu %s renamed, with the same content%s",
	    (unsigned long long)l->files, l->files == 1 ? "file was" : "files were",
	    runs_else ? ": the name says what runs it" : "");
	say(s, (struct difference){ .kind = DIFF_FOUND,
		   .cls = runs_else ? DIFF_CODE : DIFF_METADATA,
		   .where = BYTES_LIT("names"),
		   .what = buf_bytes(&what),
		   .lines = l->line,
		   .nlines = l->n,
		   .left_out = l->files * 2 - l->n });
	buf_done(&what);
}

static void
file_diff(struct folders *s, const struct folder_entry *a, const struct folder_entry *b)
{
	struct ask_side x = { -1, a->size, a->mode & 07777, { 0 }, a->path };
	struct ask_side y = { -1, b->size, b->mode & 07777, { 0 }, b->path };
	bool same = true;
	enum err e = folder_open(s->dir_a, a, &x.fd);

	if (e == OK)
		e = folder_open(s->dir_b, b, &y.fd);
	ask_stamp(&x);
	ask_stamp(&y);
	if (e == OK)
		e = ask_same(&x, &y, &same);
	if (e != OK)
		unreadable(s, a, b, e == ERR_PROTO ? ASK_CHANGED : "it cannot be read");
	else if (!same) {
		ask(s, a, b, &x, &y);
		if (ask_changed(&x) || ask_changed(&y))
			unreadable(s, a, b, ASK_CHANGED);
	} else if (!bytes_eq(a->path, b->path))
		add_renamed(s, a->path, b->path);
	fd_closep(&x.fd);
	fd_closep(&y.fd);
}

static void
pair_diff(struct folders *s, const struct folder_entry *a, const struct folder_entry *b)
{
	if ((a->mode & S_IFMT) != (b->mode & S_IFMT)) {
		type_diff(s, a, b);
		return;
	}
	if (about_differs(a, b)) {
		begin(s, a, b);
		about_diff(s, a, b);
		end(s);
	}
	if (S_ISREG(a->mode))
		file_diff(s, a, b);
}

/* What a file that only one side has is: the worst that its comparison with nothing says.
 */
static enum diff_class
class_alone(struct folders *s, const struct folder_entry *e, int dir)
{
	struct ask_side x = { -1, e->size, e->mode & 07777, { 0 }, e->path },
			none = { .fd = -1 };
	struct compare_result r;
	enum diff_class cls = DIFF_CODE;
	struct fold f;

	if (!S_ISREG(e->mode))
		return S_ISDIR(e->mode) ? DIFF_METADATA : DIFF_CODE;
	fold_init(&f, s->o, &r);
	if (folder_open(dir, e, &x.fd) == OK && sys_memfd("none", &none.fd) == OK &&
	    e->size > 0 && ask_worker(s->o, &x, &none, &f) == OK)
		while (cls > 0 && r.count[cls] == 0)
			cls--;
	fold_done(&f);
	compare_done(&r);
	fd_closep(&x.fd);
	fd_closep(&none.fd);
	return cls;
}

static void
only(struct folders *s, const struct folder_entry *e, bool first)
{
	say(s, (struct difference){
		   .kind = first ? DIFF_ONLY_A : DIFF_ONLY_B,
		   .cls = class_alone(s, e, first ? s->dir_a : s->dir_b),
		   .name_a = e->path,
		   .type = bytes_of(sys_kind(e->mode)),
		   .size_a = first ? e->size : 0,
		   .size_b = first ? 0 : e->size,
		   .what = bytes_of(
		       first ? "only the first has it" : "only the second has it"),
	       });
}

/* Pairs stand where the first one's name does. */
static void
merge(struct folders *s, const struct folder_list *a, const struct folder_list *b)
{
	size_t i = 0, j = 0;

	while ((i < a->n || j < b->n) && s->err == OK) {
		const struct folder_entry *x = i < a->n ? &a->p[i] : NULL;
		const struct folder_entry *y = j < b->n ? &b->p[j] : NULL;
		int c = x == NULL ? 1 : y == NULL ? -1 : bytes_cmp(x->path, y->path);

		if (c <= 0 && x->partner != NULL)
			pair_diff(s, x, x->partner);
		else if (c <= 0)
			only(s, x, true);
		else if (y != NULL && y->partner == NULL)
			only(s, y, false);
		i += c <= 0;
		j += c >= 0;
	}
	say_renamed(s, true);
	say_renamed(s, false);
}

static void
compare_lists(struct folders *s, struct folder_list *a, struct folder_list *b)
{
	if (!folder_pair(s->dir_a, a, s->dir_b, b))
		say(s, (struct difference){
			   .kind = DIFF_NOTE, .what = BYTES_LIT(RENAME_UNTRIED) });
	merge(s, a, b);
}

static void
not_read(struct folders *s, const struct folder_list *l)
{
	if (l->why[0] != '\0')
		say(s, (struct difference){
			   .kind = DIFF_DAMAGED, .what = bytes_of(l->why) });
}

enum err
compare_folders(
    const struct compare_opts *o, int dir_a, int dir_b, struct compare_result *out)
{
	struct folders s = { .o = o, .dir_a = dir_a, .dir_b = dir_b };
	struct folder_list a, b;
	const struct folder_entry root = { .path = BYTES_LIT("."), .mode = S_IFDIR };
	enum err e;

	fold_init(&s.f, o, out);
	e = folder_read(dir_a, &a);
	if (folder_read(dir_b, &b) != OK)
		e = ERR_LIMIT;
	begin(&s, &root, &root);
	not_read(&s, &a);
	not_read(&s, &b);
	if (e == OK)
		compare_lists(&s, &a, &b);
	else
		say(&s, (struct difference){ .kind = DIFF_LIMIT,
			    .what = BYTES_LIT("more entries than are compared") });
	end(&s);
	if (s.err == OK)
		fold_end(&s.f);
	fold_done(&s.f);
	folder_done(&a);
	folder_done(&b);
	return OK;
}
