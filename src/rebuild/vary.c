/*
 * vary.c - see vary.h.
 *
 * The second world's values are chosen to show: a longer path (a build id or an offset
 * moves), more than a year on (month, day and two-digit year change), a user of five
 * digits' distance, a time zone that is on another day, fewer processors, a locale with
 * another decimal point where there is one.
 */
#include "rebuild/vary.h"

#include <inttypes.h>

#include "base/err.h"

/* A year, a month, two days and some hours: no field of a date stays what it was. */
#define SHIFT INT64_C(34391823)

const char *const vary_extra[] = {
	"CANDOR_SECOND_WORLD=yes",
	"EDITOR=ed",
	"MAIL=/var/mail/examiner",
	"CDPATH=/nonexistent",
	"GREP_COLOR=1;32",
	"UNUSUAL_VALUE=  two blanks, a \\ and a \" in it",
	NULL,
};

static const struct {
	const char *name, *text;
} words[] = {
#define VARY(name, word, text) { word, text },
#include "rebuild/vary.def"
#undef VARY
};

const char *
vary_name(enum vary v)
{
	return words[v].name;
}

const char *
vary_text(enum vary v)
{
	return words[v].text;
}

static bool
second(unsigned set, enum vary v)
{
	return (set >> v & 1) != 0;
}

void
vary_make(unsigned set, const struct vary_host *host, struct vary_world *out)
{
	unsigned cpus = host->cpus > 0 ? host->cpus : 1;

	*out = (struct vary_world){
		.set = set,
		.base = second(set, VARY_PATH) ? "/srv/second/with-a-longer-name"
					       : "/build/first",
		.shift = second(set, VARY_TIME) ? SHIFT : 0,
		.host = second(set, VARY_HOST) ? "second.example.org" : "first",
		.user = second(set, VARY_USER) ? "examiner" : "builder",
		.uid = second(set, VARY_USER) ? 14321 : 1000,
		.locale = second(set, VARY_LOCALE) ? host->locale ? host->locale : "POSIX"
						   : "C.UTF-8",
		.zone = second(set, VARY_ZONE) ? "EAST-14" : "UTC0",
		.umask = second(set, VARY_UMASK) ? 0002 : 0022,
		.cpus = second(set, VARY_CPUS) && cpus > 1 ? cpus - 1 : cpus,
		.descending = second(set, VARY_ORDER),
		.extra = second(set, VARY_ENV),
	};
}

bool
vary_differs(enum vary v, const struct vary_host *host)
{
	return v != VARY_CPUS || host->cpus > 1;
}

void
vary_value(const struct vary_world *w, enum vary v, struct buf *out)
{
	switch (v) {
	case VARY_PATH: buf_str(out, w->base); break;
	case VARY_TIME: buf_printf(out, "%+" PRId64 " s", w->shift); break;
	case VARY_HOST: buf_str(out, w->host); break;
	case VARY_USER: buf_printf(out, "%s (%u)", w->user, (unsigned)w->uid); break;
	case VARY_LOCALE: buf_str(out, w->locale); break;
	case VARY_ZONE: buf_str(out, w->zone); break;
	case VARY_UMASK: buf_printf(out, "%04o", (unsigned)w->umask); break;
	case VARY_CPUS: buf_printf(out, "%u", w->cpus); break;
	case VARY_ORDER: buf_str(out, w->descending ? "descending" : "ascending"); break;
	case VARY_ENV:
		buf_printf(out, "%zu more variables",
		    w->extra ? COUNT(vary_extra) - 1 : (size_t)0);
		break;
	case VARY_COUNT: break;
	}
}
