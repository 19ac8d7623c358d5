/* conf.c - see conf.h. One table of keys, which is also the order of the manual. */
#include "update/conf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "fetch/url.h"
#include "release/statement.h"

#define ETC     "/etc/candor"
#define VAR_LIB "/var/lib/candor"

#define MAX_AGE  (7 * 86400)
#define MAX_SIZE (64u << 20)

struct reading {
	struct arena *a;
	const char *dir;
	struct conf *c;
	struct fault *f;
	unsigned line, had; /* had: bits of the keys that were set */
	bool no_local;
};

static enum err
wrong(struct reading *r, const char *what)
{
	return fault_set(r->f, FAULT_CONF, "%s:%u: %s",
	    r->c->path ? r->c->path : "candor.conf", r->line, what);
}

/* A relative path is meant from the folder of the file that names it. */
static const char *
path_of(struct arena *a, const char *dir, struct bytes v)
{
	if (v.n > 0 && v.p[0] == '/')
		return arena_str(a, v);
	return arena_printf(a, "%s/%.*s", dir, (int)v.n, (const char *)v.p);
}

static bool
number(struct bytes s, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || v > UINT64_MAX / 16)
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*out = v;
	return s.n > 0;
}

/* A number with one letter of letters behind, each with its factor; or none: times 1. */
static bool
scaled(struct bytes s, const char *letters, const uint64_t *factor, uint64_t *out)
{
	const char *l = s.n > 1 ? strchr(letters, s.p[s.n - 1]) : NULL;
	uint64_t v;

	if (l != NULL && *l != '\0')
		s.n--;
	else
		l = NULL;
	if (!number(s, &v))
		return false;
	*out = num_mul(v, l ? factor[l - letters] : 1);
	return *out < UINT64_MAX / 2;
}

bool
conf_time(struct bytes s, int64_t *out)
{
	static const uint64_t factor[] = { 1, 60, 3600, 86400 };
	uint64_t v;

	if (!scaled(s, "smhd", factor, &v) || v == 0)
		return false;
	*out = (int64_t)v;
	return true;
}

/* --- the keys ----------------------------------------------------------------- */

static enum err
set_url(struct reading *r, struct bytes v)
{
	struct url u;

	if (v.p[0] != '/' && url_parse(v, &u) != OK)
		return wrong(r, "url is http://, https://, or a folder's whole path");
	r->c->url = arena_str(r->a, v);
	return r->c->url ? OK : ERR_LIMIT;
}

static enum err
set_channel(struct reading *r, struct bytes v)
{
	if (!statement_channel_ok(v))
		return wrong(r, "a channel is a word of a-z, 0-9 and -");
	r->c->channel = arena_str(r->a, v);
	return OK;
}

static enum err
set_publisher(struct reading *r, struct bytes v)
{
	struct fault f = { 0 };

	if (r->c->npublisher == CONF_KEYS)
		return wrong(r, "too many publishers");
	if (note_key_parse(v, &r->c->publisher[r->c->npublisher], &f) != OK ||
	    r->c->publisher[r->c->npublisher].alg != NOTE_ED25519)
		return wrong(r, "a publisher is an Ed25519 key: name+hash+base64");
	r->c->npublisher++;
	return OK;
}

static enum err
set_max_age(struct reading *r, struct bytes v)
{
	return conf_time(v, &r->c->max_age)
		   ? OK
		   : wrong(r, "max-age is a time, such as 12h or 7d");
}

static enum err
set_max_size(struct reading *r, struct bytes v)
{
	static const uint64_t factor[] = { 1 << 10, 1 << 20, 1 << 30 };

	return scaled(v, "kMG", factor, &r->c->max_size) && r->c->max_size > 0 &&
		       r->c->max_size <= 4ull << 30
		   ? OK
		   : wrong(r, "max-size is a size, such as 64M");
}

static enum err
set_deadline(struct reading *r, struct bytes v)
{
	int64_t s;

	if (!conf_time(v, &s) || s > 86400)
		return wrong(r, "deadline is a time of a day at most, such as 5m");
	r->c->deadline_s = (uint32_t)s;
	return OK;
}

static enum err
set_min_speed(struct reading *r, struct bytes v)
{
	uint64_t n;

	if (!number(v, &n) || n == 0 || n > 1u << 30)
		return wrong(r, "min-speed is a number of bytes a second");
	r->c->min_speed = (uint32_t)n;
	return OK;
}

static enum err
set_local_rules(struct reading *r, struct bytes v)
{
	bool yes = bytes_eq(v, BYTES_LIT("yes"));

	if (!yes && !bytes_eq(v, BYTES_LIT("no")))
		return wrong(r, "local-rules is yes or no");
	r->no_local = !yes;
	return OK;
}

static enum err
set_local(struct reading *r, struct bytes v)
{
	r->c->local = path_of(r->a, r->dir, v);
	return r->c->local ? OK : ERR_LIMIT;
}

static enum err
set_trust(struct reading *r, struct bytes v)
{
	r->c->trust = path_of(r->a, r->dir, v);
	return r->c->trust ? OK : ERR_LIMIT;
}

static enum err
set_examiners(struct reading *r, struct bytes v)
{
	r->c->examiners = path_of(r->a, r->dir, v);
	return r->c->examiners ? OK : ERR_LIMIT;
}

static enum err
set_state(struct reading *r, struct bytes v)
{
	r->c->state = path_of(r->a, r->dir, v);
	return r->c->state ? OK : ERR_LIMIT;
}

static enum err
set_ca_file(struct reading *r, struct bytes v)
{
	r->c->ca_file = path_of(r->a, r->dir, v);
	return r->c->ca_file ? OK : ERR_LIMIT;
}

static const struct {
	const char *name;
	enum err (*set)(struct reading *r, struct bytes v);
	bool again; /* may stand more than once */
} keys[] = {
	{ "url", set_url, false },
	{ "channel", set_channel, false },
	{ "publisher", set_publisher, true },
	{ "max-age", set_max_age, false },
	{ "max-size", set_max_size, false },
	{ "deadline", set_deadline, false },
	{ "min-speed", set_min_speed, false },
	{ "rules-dir", set_local, false },
	{ "local-rules", set_local_rules, false },
	{ "trust", set_trust, false },
	{ "examiners", set_examiners, false },
	{ "state", set_state, false },
	{ "ca-file", set_ca_file, false },
};

/* --- the text ------------------------------------------------------------------ */

static struct bytes
trim(struct bytes s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = bytes_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static enum err
take_line(struct reading *r, struct bytes line)
{
	uint64_t eq = bytes_find(line, 0, BYTES_LIT("="));
	struct bytes name = trim(bytes_sub(line, 0, eq == UINT64_MAX ? 0 : eq));
	struct bytes value = eq == UINT64_MAX ? name : trim(bytes_from(line, eq + 1));

	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < ' ' && line.p[i] != '\t')
			return wrong(r, "there is a control character");
	if (name.n == 0 || value.n == 0)
		return wrong(r, "a line is KEY = VALUE");
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (!bytes_eq(name, bytes_of(keys[i].name)))
			continue;
		if ((r->had & 1u << i) && !keys[i].again)
			return wrong(r, "this key was set before");
		r->had |= 1u << i;
		return keys[i].set(r, value);
	}
	return wrong(r, "there is no such key (see candor.conf(5))");
}

enum err
conf_parse(
    struct bytes text, const char *dir, struct arena *a, struct conf *c, struct fault *f)
{
	struct reading r = { .a = a, .dir = dir, .c = c, .f = f };

	if (c->channel == NULL)
		c->channel = "stable";
	c->max_age = c->max_age ? c->max_age : MAX_AGE;
	c->max_size = c->max_size ? c->max_size : MAX_SIZE;
	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));
		struct bytes line =
		    trim(bytes_sub(text, at, (nl == UINT64_MAX ? text.n : nl) - at));

		r.line++;
		at = nl == UINT64_MAX ? text.n : (size_t)nl + 1;
		if (line.n == 0 || line.p[0] == '#')
			continue;
		TRY(take_line(&r, line));
	}
	/* wherever "no" stands, a folder that is named does not undo it */
	if (r.no_local)
		c->local = NULL;
	return OK;
}

enum err
conf_read(
    const char *path, size_t limit, struct arena *a, struct bytes *out, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	struct buf b = { 0 };
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e != OK && access(path, F_OK) != 0)
		return ERR_END;
	if (e == OK)
		e = sys_read_all(fd, &b, limit);
	if (e == OK)
		*out = arena_bytes(a, buf_bytes(&b));
	buf_done(&b);
	if (e == ERR_LIMIT)
		return fault_set(f, FAULT_TOO_LARGE, "'%s' is larger than %zu bytes",
		    fault_quote(bytes_of(path)), limit);
	if (e != OK)
		return fault_set(f, FAULT_IO, "cannot read '%s': %s",
		    fault_quote(bytes_of(path)), sys_why());
	return OK;
}

/* --- where everything is --------------------------------------------------------- */

/* $XDG_..._HOME/candor, or what the specification has instead; NULL: no home either. */
static const char *
xdg(struct arena *a, const char *variable, const char *below_home)
{
	const char *dir = getenv(variable), *home = getenv("HOME");

	if (dir != NULL && dir[0] == '/')
		return arena_printf(a, "%s/candor", dir);
	if (home != NULL && home[0] == '/')
		return arena_printf(a, "%s/%s/candor", home, below_home);
	return NULL;
}

static const char *
folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return arena_str(a, (struct bytes){ (const uint8_t *)path,
				slash == path ? 1 : (size_t)(slash - path) });
}

/* Which file is read; *state: where its state would be. */
static const char *
choose(const struct conf_where *w, struct arena *a, const char **state)
{
	const char *own = xdg(a, "XDG_CONFIG_HOME", ".config");
	const char *file = own ? arena_printf(a, "%s/candor.conf", own) : NULL;

	*state = VAR_LIB;
	if (w->config != NULL)
		return w->config;
	if (geteuid() == 0 || file == NULL || access(file, F_OK) != 0)
		return ETC "/candor.conf";
	*state = xdg(a, "XDG_STATE_HOME", ".local/state");
	return file;
}

enum err
conf_load(const struct conf_where *w, struct arena *a, struct conf *out, struct fault *f)
{
	struct conf c = { 0 };
	struct bytes text = { 0 };
	const char *path = choose(w, a, &c.state), *dir = folder_of(a, path);
	enum err e = conf_read(path, CONF_TEXT, a, &text, f);

	if (e == ERR_END && w->config != NULL)
		return fault_set(
		    f, FAULT_IO, "there is no file '%s'", fault_quote(bytes_of(path)));
	if (e != OK && e != ERR_END)
		return e;
	c.path = e == OK ? path : NULL;
	c.trust = arena_printf(a, "%s/trust", dir);
	c.local = arena_printf(a, "%s/rules.d", dir);
	TRY(conf_parse(text, dir, a, &c, f));
	if (w->trust != NULL)
		c.trust = w->trust;
	if (w->state != NULL)
		c.state = w->state;
	if (c.examiners == NULL)
		c.examiners = arena_printf(a, "%s/examiners", folder_of(a, c.trust));
	*out = c;
	return OK;
}
