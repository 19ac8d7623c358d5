/* place.c - see place.h. */
#include "update/place.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"

enum err
place_open(struct place *p, const char *base, struct fault *f)
{
	struct url u;

	p->base = base ? base : p->conf->url;
	p->dir = -1;
	if (p->base == NULL)
		return fault_set(f, FAULT_CONF,
		    "no source is configured: set url in candor.conf, or name a URL or a "
		    "folder");
	if (url_looks(p->base)) {
		if (url_parse(bytes_of(p->base), &u) != OK)
			return fault_set(f, FAULT_CONF, "'%s' is no http or https URL",
			    fault_quote(bytes_of(p->base)));
		if (p->fetch == NULL)
			return fault_set(f, FAULT_IO,
			    "candor-fetch, the program that fetches, is not installed");
		return OK;
	}
	if (sys_open(AT_FDCWD, p->base, SYS_FOLLOW | SYS_DIR, &p->dir) == OK)
		return OK;
	return fault_set(f, FAULT_IO, "cannot open the folder '%s': %s",
	    fault_quote(bytes_of(p->base)), sys_why());
}

void
place_close(struct place *p)
{
	fd_closep(&p->dir);
}

/* --- a folder ------------------------------------------------------------------- */

static enum err
too_large(struct fault *f, const struct place_file *p)
{
	return fault_set(f, FAULT_TOO_LARGE,
	    "'%s' is larger than %" PRIu64 " bytes, so it was not read on",
	    fault_quote(bytes_of(p->name)), p->cap);
}

/* Links are not followed, and what is no regular file (a fifo never ends) is not read. */
static enum err
get_from_folder(const struct place *p, struct place_file *file, struct fault *f)
{
	char *name = xprintf("%s%s", file->of_log ? "log/" : "", file->name);
	CLEAN(fd_closep) int fd = -1;
	struct stat st = { 0 };
	enum err e = sys_open(p->dir, name, 0, &fd);

	free(name);
	if (e != OK)
		return OK; /* not found */
	if (sys_stat(fd, &st) != OK || !S_ISREG(st.st_mode))
		return fault_set(f, FAULT_FETCH, "'%s' is no file but a %s",
		    fault_quote(bytes_of(file->name)), sys_kind(st.st_mode));
	if (file->cap > SIZE_MAX / 2 || (uint64_t)st.st_size > file->cap)
		return too_large(f, file);
	e = sys_read_all(fd, &file->data, (size_t)file->cap);
	if (e == ERR_LIMIT)
		return too_large(f, file);
	if (e != OK)
		return fault_set(f, FAULT_IO, "cannot read '%s': %s",
		    fault_quote(bytes_of(file->name)), sys_why());
	file->found = true;
	return OK;
}

/* --- a server ------------------------------------------------------------------- */

static enum err
put_fault(const struct place_file *p, const struct fetch_result *r, struct fault *f)
{
	const char *name = fault_quote(bytes_of(p->name));

	switch (r->fault) {
	case FETCH_LARGE: return too_large(f, p);
	case FETCH_SLOW:
		return fault_set(f, FAULT_SLOW, "fetching '%s' took too long: %s", name,
		    fault_quote(bytes_of(r->why)));
	case FETCH_OK:
		return fault_set(f, FAULT_FETCH, "the server answers '%s' with %u%s",
		    name, r->status,
		    r->status / 100 == 3 ? ", which leads elsewhere; candor does not go"
					 : "");
	default:
		return fault_set(f, FAULT_FETCH, "cannot fetch '%s': %s: %s", name,
		    fetch_fault_text(r->fault), fault_quote(bytes_of(r->why)));
	}
}

static enum err
take_result(
    struct place *p, struct place_file *file, struct fetch_result *r, struct fault *f)
{
	if (p->sent != NULL && r->sent.n > 0)
		p->sent(p->arg, buf_bytes(&r->sent));
	p->bytes += r->body.n;
	if (r->fault == FETCH_OK && (r->status == 404 || r->status == 410))
		return OK;
	if (r->fault != FETCH_OK || r->status != 200)
		return put_fault(file, r, f);
	file->found = true;
	file->data = r->body;
	r->body = (struct buf){ 0 };
	return OK;
}

static char *
url_of(const struct place *p, const struct place_file *file)
{
	struct buf b = { 0 };
	char *name = file->of_log && p->log_url == NULL ? xprintf("log/%s", file->name)
							: xstrdup(file->name);

	url_join(&b, file->of_log && p->log_url ? p->log_url : p->base, name);
	buf_u8(&b, '\0');
	free(name);
	return (char *)b.p;
}

static enum err
get_from_server(struct place *p, struct place_file *files, size_t n, struct fault *f)
{
	const char *reach[] = { p->base, p->log_url };
	const struct fetch_opts o = {
		.program = p->fetch,
		.reach = reach,
		.nreach = p->log_url ? 2 : 1,
		.deadline_ms = p->conf->deadline_s * 1000,
		.min_speed = p->conf->min_speed,
		.ca_file = p->conf->ca_file,
	};
	struct fetch_job *jobs = xcalloc(n, sizeof(*jobs));
	struct fetch_result *results = xcalloc(n, sizeof(*results));
	char why[FETCH_WHY];
	enum err e, ran;

	for (size_t i = 0; i < n; i++)
		jobs[i] = (struct fetch_job){ .url = url_of(p, &files[i]),
			.cap = files[i].cap };
	e = ran = fetch_run(&o, jobs, n, results, why);
	for (size_t i = 0; i < n && ran == OK; i++) {
		enum err one = take_result(p, &files[i], &results[i], f);

		e = e == OK ? one : e;
	}
	if (ran != OK)
		e = fault_set(f, FAULT_FETCH, "%s", why);
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)jobs[i].url);
	fetch_results_done(results, n);
	free(jobs);
	free(results);
	return e;
}

enum err
place_get(struct place *p, struct place_file *files, size_t n, struct fault *f)
{
	if (p->dir < 0)
		return get_from_server(p, files, n, f);
	for (size_t i = 0; i < n; i++) {
		TRY(get_from_folder(p, &files[i], f));
		p->bytes += files[i].data.n;
	}
	return OK;
}

enum err
place_need(struct place *p, struct place_file *file, struct fault *f)
{
	TRY(place_get(p, file, 1, f));
	if (file->found)
		return OK;
	return fault_set(f, FAULT_MISSING, "there is no '%s' at '%s'",
	    fault_quote(bytes_of(file->name)), fault_quote(bytes_of(p->base)));
}
