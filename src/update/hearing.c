/* hearing.c - see hearing.h. */
#include "update/hearing.h"

#include "evidence/docket.h"
#include "log/policy.h"
#include "update/verifier.h"

#define ANSWER_MAX                                       \
	(sizeof(struct fault) + sizeof(struct damaged) + \
	    WEIGH_ITEMS * sizeof(struct weigh_verdict) + \
	    WEIGH_ROWS * sizeof(struct weigh_row))

enum err
hearing_files(
    const struct conf *c, struct arena *a, struct weigh_ask *ask, struct fault *f)
{
	enum err e = conf_read(c->trust, POLICY_TEXT, a, &ask->trust, f);

	if (e == ERR_END)
		return fault_set(f, FAULT_CONF,
		    "there is no trust file '%s', so no log is believed",
		    fault_quote(bytes_of(c->trust)));
	TRY(e);
	e = conf_read(c->examiners, EXAMINERS_TEXT, a, &ask->examiners, f);
	if (e != ERR_END)
		return e;
	return fault_set(f, FAULT_EXAMINERS,
	    "there is no file of examiners '%s', so nobody is believed",
	    fault_quote(bytes_of(c->examiners)));
}

enum err
hearing_docket(const struct conf *c, struct arena *a, struct bytes *out, struct fault *f)
{
	const char *path = arena_printf(a, "%s/" HEARING_DOCKET, c->state);
	enum err e = conf_read(path, DOCKET_BYTES, a, out, f);

	if (e != ERR_END)
		return e;
	*out = (struct bytes){ 0 };
	return OK;
}

static void
work(void *arg, struct buf *out)
{
	struct weigh_said s;

	weigh(arg, &s);
	weigh_pack(&s, out);
	weigh_done(&s);
}

enum err
hearing_run(const struct weigh_ask *ask, struct weigh_said *out, struct fault *f)
{
	struct weigh_ask copy = *ask;
	struct buf b = { 0 };
	enum err e = verifier_run(work, &copy, ANSWER_MAX, &b, f);

	if (e == OK && weigh_unpack(buf_bytes(&b), ask->n, out) != OK)
		e = fault_set(f, FAULT_VERIFIER, "the verifier gave no verdict");
	buf_done(&b);
	if (e != OK || out->fault.kind == FAULT_NONE)
		return e;
	e = verifier_fault(&out->fault, f);
	weigh_done(out);
	return e;
}
