/* handed.c - see handed.h. */
#include "apt/handed.h"

#include <stdio.h>

/* The next line, without its newline; every line must have one. */
static bool
next_line(struct handed *w, struct bytes *out)
{
	uint64_t nl = bytes_find(w->rest, 0, BYTES_LIT("\n"));

	if (nl == UINT64_MAX)
		return false;
	*out = bytes_sub(w->rest, 0, nl);
	w->rest = bytes_from(w->rest, nl + 1);
	w->line++;
	return true;
}

static enum err
wrong(struct handed *w, const char *why)
{
	w->why = why;
	return ERR_FORMAT;
}

enum err
handed_open(struct handed *w, struct bytes text)
{
	struct bytes line;

	*w = (struct handed){ .rest = text };
	if (!next_line(w, &line) || !bytes_eq(line, BYTES_LIT("VERSION 3")))
		return wrong(w, "apt does not speak version 3 of its protocol: is "
				"DPkg::Tools::Options::...::Version set to \"3\"?");
	do
		if (!next_line(w, &line))
			return wrong(w, "apt's configuration does not end");
	while (line.n > 0);
	return OK;
}

/* The next word, and the one blank behind it. No bytes: there is none. */
static struct bytes
word(struct bytes *line)
{
	uint64_t blank = bytes_find(*line, 0, BYTES_LIT(" "));
	struct bytes w = bytes_sub(*line, 0, blank);

	*line = bytes_from(*line, num_add(blank, 1));
	return w;
}

/* A word of the characters that Debian permits in names and versions (Policy 5.6). */
static bool
plain(struct bytes w)
{
	for (size_t i = 0; i < w.n; i++)
		if (w.p[i] <= ' ' || w.p[i] >= 0x7f || w.p[i] == '/')
			return false;
	return w.n > 0;
}

static enum err
take_line(struct handed *w, struct bytes line, struct handed_file *out)
{
	struct bytes way;

	out->package = word(&line);
	for (int i = 0; i < 3; i++) /* the old version, its architecture and multi-arch */
		if (!plain(word(&line)))
			return wrong(w, "a line has too few words");
	way = word(&line);
	out->version = word(&line);
	out->arch = word(&line);
	if (!plain(word(&line)) || way.n != 1 || memchr("<=>", way.p[0], 3) == NULL)
		return wrong(w, "a line is not of the form that version 3 has");
	if (!plain(out->package) || !plain(out->version) || !plain(out->arch))
		return wrong(
		    w, "a package's name, version or architecture is no such word");
	out->path = line;
	return line.n > 0 ? OK : wrong(w, "a line names no file");
}

enum err
handed_next(struct handed *w, struct handed_file *out)
{
	struct bytes line;

	while (w->rest.n > 0) {
		if (!next_line(w, &line))
			return wrong(w, "the last line does not end");
		TRY(take_line(w, line, out));
		if (out->path.p[0] == '/')
			return OK;
		if (!bytes_eq(out->path, BYTES_LIT("**CONFIGURE**")) &&
		    !bytes_eq(out->path, BYTES_LIT("**REMOVE**")))
			return wrong(w,
			    "there is neither a file's whole path nor what is "
			    "done without one");
	}
	return ERR_END;
}

bool
handed_name(const struct handed_file *f, char out[HANDED_NAME])
{
	uint64_t colon = bytes_find(f->version, 0, BYTES_LIT(":"));
	struct bytes v =
	    colon == UINT64_MAX ? f->version : bytes_from(f->version, colon + 1);
	int n;

	if (num_add(num_add(f->package.n, v.n), f->arch.n) >= HANDED_NAME)
		return false;
	n = snprintf(out, HANDED_NAME, "%.*s_%.*s_%.*s.deb", (int)f->package.n,
	    (const char *)f->package.p, (int)v.n, (const char *)v.p, (int)f->arch.n,
	    (const char *)f->arch.p);
	return n > 0 && n < HANDED_NAME;
}
