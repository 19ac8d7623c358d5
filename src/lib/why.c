#include "lib/why.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "sandbox/spawn.h"
#include "scan/run.h"

#define WHY_MAX 1024

static _Thread_local char why_text[WHY_MAX];
static pthread_once_t why_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t why_lock = PTHREAD_MUTEX_INITIALIZER;
static char *why_program; /* under why_lock; NULL: the installed one */

const char *
candor_version(void)
{
	return CANDOR_VERSION;
}

const char *
candor_error(void)
{
	return why_text;
}

int
why_fail(enum candor_err e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why_text, sizeof(why_text), fmt, ap);
	va_end(ap);
	return (int)e;
}

int
why_system(enum err e, const char *what, const char *name)
{
	return why_fail(e == ERR_ACCESS ? CANDOR_ERR_ACCESS : CANDOR_ERR_IO,
	    "cannot %s '%s': %s", what, name, sys_why());
}

void
why_init(void)
{
	pthread_once(&why_once, scan_init);
}

int
candor_worker(const char *path)
{
	if (path != NULL && access(path, X_OK) != 0)
		return why_system(ERR_ACCESS, "execute", path);

	char *copy = path ? xstrdup(path) : NULL;

	pthread_mutex_lock(&why_lock);
	free(why_program);
	why_program = copy;
	pthread_mutex_unlock(&why_lock);
	return CANDOR_OK;
}

/* The installed one first: what lies beside a stranger's program is a stranger's, too. */
char *
why_worker(void)
{
	char *found = NULL;

	pthread_mutex_lock(&why_lock);
	if (why_program != NULL)
		found = xstrdup(why_program);
	pthread_mutex_unlock(&why_lock);
	if (found == NULL && access(CANDOR_LIBEXECDIR "/candor-worker", X_OK) == 0)
		found = xstrdup(CANDOR_LIBEXECDIR "/candor-worker");
	if (found == NULL)
		found = spawn_find(CANDOR_LIBEXECDIR);
	if (found == NULL)
		why_fail(CANDOR_ERR_WORKER,
		    "cannot find the program 'candor-worker': it belongs to the package "
		    "candor, in " CANDOR_LIBEXECDIR);
	return found;
}
