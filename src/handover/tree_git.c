/*
 * tree_git.c - see tree.h: a commit of git, by its plumbing.
 *
 * ls-tree and cat-file give what is in the commit, byte for byte: no attributes, no line
 * ends changed, nothing of the working tree, and nothing of .git but these objects.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"
#include "handover/label.h"
#include "handover/lines.h"
#include "handover/run.h"
#include "handover/tree.h"

#define LIST_MOST (1u << 30) /* bytes of ls-tree's answer */

/* --- the commit ----------------------------------------------------------------- */

static enum err
no_commit(const char *repo, const char *revision, struct fault *f)
{
	return fault_set(f, FAULT_GIT, "there is no commit '%s' in the repository '%s'",
	    fault_quote(bytes_of(revision)), fault_quote(bytes_of(repo)));
}

/* "%H %ct" and a newline. */
static bool
parse_commit(struct bytes text, struct tree_commit *out)
{
	struct bytes name, date;
	uint64_t seconds;

	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return false;
	text.n--;
	if (!lines_split(text, ' ', &name, &date) || name.n >= sizeof(out->name) ||
	    !text_number(date, &seconds))
		return false;
	*out = (struct tree_commit){ .date = (int64_t)seconds };
	memcpy(out->name, name.p, name.n);
	return true;
}

enum err
tree_commit(
    const char *repo, const char *revision, struct tree_commit *out, struct fault *f)
{
	char *wanted = xprintf("%s^{commit}", revision);
	const char *argv[] = { "git", "-C", repo, "log", "-1", "--no-show-signature",
		"--format=%H %ct", "--end-of-options", wanted, "--", NULL };
	struct buf text = { 0 };
	enum err e = run_text(argv, 4096, &text);

	if (e != OK || !parse_commit(buf_bytes(&text), out))
		e = no_commit(repo, revision, f);
	buf_done(&text);
	free(wanted);
	return e;
}

/* --- its tree ------------------------------------------------------------------- */

/* "100644 blob 3f2a...    1234\tname" of ls-tree -l. */
static bool
parse_entry(struct bytes line, struct tree_entry *out)
{
	struct bytes mode, type, blob, size, rest;

	if (!lines_split(line, '\t', &rest, &out->name) ||
	    !lines_split(rest, ' ', &mode, &rest) ||
	    !lines_split(rest, ' ', &type, &rest) ||
	    !lines_split(rest, ' ', &blob, &size))
		return false;
	while (size.n > 0 && size.p[0] == ' ')
		size = bytes_from(size, 1);
	out->blob = blob;
	out->exec = bytes_eq(mode, BYTES_LIT("100755"));
	out->kind = bytes_eq(mode, BYTES_LIT("120000"))   ? TREE_LINK
		    : bytes_eq(mode, BYTES_LIT("160000")) ? TREE_MODULE
							  : TREE_FILE;
	return out->kind == TREE_MODULE || text_number(size, &out->size);
}

/* A link's target is the content of its blob. */
static enum err
read_target(struct tree_blobs *b, struct tree_entry *e, struct buf *hold, struct fault *f)
{
	uint64_t size;
	size_t got = 1;

	buf_clear(hold);
	TRY(tree_blob(b, e->blob, &size, f));
	if (size > 4096)
		return fault_set(f, FAULT_SOURCE, "'%s' is a link with a target too long",
		    fault_quote(e->name));
	while (got > 0) {
		uint8_t piece[512];

		TRY(tree_blob_read(b, piece, sizeof(piece), &got, f));
		buf_put(hold, piece, got);
	}
	e->target = buf_bytes(hold);
	return OK;
}

static enum err
take_all(
    struct bytes list, struct tree_blobs *b, const struct tree_taker *to, struct fault *f)
{
	struct buf hold = { 0 };
	struct bytes line;
	enum err e = OK;

	while (e == OK && list.n > 0) {
		struct tree_entry entry = { 0 };

		if (!lines_split(list, '\0', &line, &list) ||
		    !parse_entry(line, &entry)) {
			e = fault_set(f, FAULT_GIT, "git's answer is not understood");
			break;
		}
		if (entry.kind == TREE_LINK)
			e = read_target(b, &entry, &hold, f);
		if (e == OK)
			e = to->take(to->arg, &entry, f);
	}
	buf_done(&hold);
	return e;
}

enum err
tree_git(const char *repo, const struct tree_commit *c, const struct tree_taker *to,
    struct fault *f)
{
	const char *argv[] = { "git", "-C", repo, "ls-tree", "-r", "-z", "-l",
		"--full-tree", c->name, NULL };
	struct tree_blobs *blobs = NULL;
	struct buf list = { 0 };
	enum err e = run_text(argv, LIST_MOST, &list);

	if (e != OK)
		e = fault_set(f, FAULT_GIT, "git cannot list the commit %s", c->name);
	if (e == OK)
		e = tree_blobs_open(repo, &blobs, f);
	if (e == OK)
		e = take_all(buf_bytes(&list), blobs, to, f);
	tree_blobs_close(blobs);
	buf_done(&list);
	return e;
}

/* --- contents ------------------------------------------------------------------- */

struct tree_blobs {
	struct run git;
	uint64_t left; /* of the content that is being read */
	bool newline;  /* one stands behind the content */
};

static enum err
silent(struct fault *f)
{
	return fault_set(f, FAULT_GIT, "git does not give the content of the commit");
}

enum err
tree_blobs_open(const char *repo, struct tree_blobs **out, struct fault *f)
{
	const char *argv[] = { "git", "-C", repo, "cat-file", "--batch", NULL };
	struct tree_blobs *b = xcalloc(1, sizeof(*b));

	if (run_start(argv, RUN_TALK, &b->git) != OK) {
		free(b);
		return fault_set(f, FAULT_GIT, "cannot start git: %s", sys_why());
	}
	*out = b;
	return OK;
}

void
tree_blobs_close(struct tree_blobs *b)
{
	if (b != NULL)
		(void)run_end(&b->git);
	free(b);
}

static enum err
next_bytes(struct tree_blobs *b, void *p, size_t n, size_t *got, struct fault *f)
{
	if (sys_read_some(b->git.out, p, n, got) != OK || *got == 0)
		return silent(f);
	return OK;
}

enum err
tree_blob_read(struct tree_blobs *b, void *p, size_t n, size_t *got, struct fault *f)
{
	uint8_t end;
	size_t one;

	*got = 0;
	if (b->left > 0) {
		TRY(next_bytes(b, p, n < b->left ? n : (size_t)b->left, got, f));
		b->left -= *got;
		return OK;
	}
	if (b->newline) {
		b->newline = false;
		TRY(next_bytes(b, &end, 1, &one, f));
	}
	return OK;
}

/* "NAME blob SIZE", a line: read byte by byte, as the content follows at once. */
static enum err
read_head(struct tree_blobs *b, struct buf *line, struct fault *f)
{
	uint8_t c = 0;
	size_t got;

	while (c != '\n') {
		TRY(next_bytes(b, &c, 1, &got, f));
		buf_u8(line, c);
		if (line->n > 200)
			return silent(f);
	}
	line->n--;
	return OK;
}

enum err
tree_blob(struct tree_blobs *b, struct bytes blob, uint64_t *size, struct fault *f)
{
	struct bytes name, rest, type, number = { 0 };
	struct buf line = { 0 };
	uint8_t skipped[4096];
	size_t got = 1;
	enum err e = OK;

	while (e == OK && got > 0)
		e = tree_blob_read(b, skipped, sizeof(skipped), &got, f);
	buf_put(&line, blob.p, blob.n);
	buf_u8(&line, '\n');
	if (e == OK && sys_write_all(b->git.in, line.p, line.n) != OK)
		e = silent(f);
	buf_clear(&line);
	if (e == OK)
		e = read_head(b, &line, f);
	if (e == OK && (!lines_split(buf_bytes(&line), ' ', &name, &rest) ||
			   !lines_split(rest, ' ', &type, &number) ||
			   !bytes_eq(name, blob) || !text_number(number, size)))
		e = silent(f);
	buf_done(&line);
	b->left = e == OK ? *size : 0;
	b->newline = e == OK;
	return e;
}
