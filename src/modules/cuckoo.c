/*
 * cuckoo.c - the module `cuckoo`: what a sandbox saw the object do.
 *
 * The report is not found, it is given (-x cuckoo=FILE): JSON as Cuckoo writes it, of the
 * object that is scanned, or of whatever its owner likes. Every function counts nothing
 * but says 1 when an entry of a list of the report agrees; without a report, or without
 * that list, it says 0, as YARA does. What is not of the form that YARA unpacks is
 * passed over.
 *
 * A report is a stranger's text: jansson reads it in the confined half only. It is
 * never changed, so it is read once a scanner.
 */
#include <jansson.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/auxv.h>

#include "format/format.h"

/* jansson takes some 20 times a text's size; the worker's memory bounds it further. */
#define REPORT_MOST ((size_t)256 << 20)

enum method { GET = 1 << 0, POST = 1 << 1 };

/* Four structs, as a function is called with the one its row is in. */
struct part {
	const json_t *json; /* network, or behavior.summary; NULL: not there */
};

struct cuckoo {
	struct part network, registry, filesystem, sync;
};

/* A text in the report that the regex (argument 0) is for; charged by its length. */
static bool
agrees(struct fact_call *c, const char *s)
{
	struct bytes text = bytes_of(s);

	return c->charge(c->host, text.n + 1) && c->re_match(c->host, c->arg[0].re, text);
}

static const json_t *
list(const struct fact_call *c, const char *key)
{
	const struct part *p = c->self;

	return json_object_get(p->json, key); /* NULL of NULL, and of what is no object */
}

/* The i-th of a list; NULL: there is none, or the budget is spent. */
static const json_t *
entry_at(struct fact_call *c, const json_t *all, size_t i)
{
	const json_t *e = json_array_get(all, i); /* NULL of NULL, and behind the end */

	return e != NULL && c->charge(c->host, 1) ? e : NULL;
}

/* A text of an entry; NULL: it has none of that name. */
static const char *
text(const json_t *entry, const char *key)
{
	return json_string_value(json_object_get(entry, key));
}

/* Does any text of the list agree? */
static void
any_text(struct fact_call *c, const char *key)
{
	const json_t *all = list(c, key), *entry;

	c->ret.i = 0;
	for (size_t i = 0; c->ret.i == 0 && (entry = entry_at(c, all, i)) != NULL; i++) {
		const char *s = json_string_value(entry);

		c->ret.i = s != NULL && agrees(c, s);
	}
}

static void
cuckoo_host(struct fact_call *c)
{
	any_text(c, "hosts");
}

static void
cuckoo_mutex(struct fact_call *c)
{
	any_text(c, "mutexes");
}

static void
cuckoo_file(struct fact_call *c)
{
	any_text(c, "files");
}

static void
cuckoo_key(struct fact_call *c)
{
	any_text(c, "keys");
}

/* An entry without an address counts as none. */
static void
cuckoo_dns(struct fact_call *c)
{
	const json_t *all = list(c, "domains"), *entry;

	c->ret.i = 0;
	for (size_t i = 0; c->ret.i == 0 && (entry = entry_at(c, all, i)) != NULL; i++) {
		const char *domain = text(entry, "domain");

		c->ret.i =
		    domain != NULL && text(entry, "ip") != NULL && agrees(c, domain);
	}
}

static bool
is_method(const char *s, unsigned methods)
{
	return (methods & GET && strcasecmp(s, "get") == 0) ||
	       (methods & POST && strcasecmp(s, "post") == 0);
}

static void
any_request(struct fact_call *c, unsigned methods)
{
	const json_t *all = list(c, "http"), *entry;

	c->ret.i = 0;
	for (size_t i = 0; c->ret.i == 0 && (entry = entry_at(c, all, i)) != NULL; i++) {
		const char *uri = text(entry, "uri"), *method = text(entry, "method");

		c->ret.i = uri != NULL && method != NULL && is_method(method, methods) &&
			   agrees(c, uri);
	}
}

static void
cuckoo_get(struct fact_call *c)
{
	any_request(c, GET);
}

static void
cuckoo_post(struct fact_call *c)
{
	any_request(c, POST);
}

static void
cuckoo_request(struct fact_call *c)
{
	any_request(c, GET | POST);
}

static void
cuckoo_agent(struct fact_call *c)
{
	const json_t *all = list(c, "http"), *entry;

	c->ret.i = 0;
	for (size_t i = 0; c->ret.i == 0 && (entry = entry_at(c, all, i)) != NULL; i++) {
		const char *s = text(entry, "user-agent");

		c->ret.i = s != NULL && agrees(c, s);
	}
}

/* A port is an int in YARA: of a larger number its low 32 bits count. */
static void
any_peer(struct fact_call *c, const char *key)
{
	const json_t *all = list(c, key), *entry;

	c->ret.i = 0;
	for (size_t i = 0; c->ret.i == 0 && (entry = entry_at(c, all, i)) != NULL; i++) {
		const json_t *port = json_object_get(entry, "dport");
		const char *dst = text(entry, "dst");

		c->ret.i = dst != NULL && json_is_integer(port) &&
			   (int32_t)json_integer_value(port) == c->arg[1].i &&
			   agrees(c, dst);
	}
}

static void
cuckoo_tcp(struct fact_call *c)
{
	any_peer(c, "tcp");
}

static void
cuckoo_udp(struct fact_call *c)
{
	any_peer(c, "udp");
}

/*
 * jansson opens a file for the seed of its tables at its first object, which may not
 * happen here; the kernel gave the process random bytes when it began.
 */
static void
seed(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM); /* of no alignment */
	size_t v = 0;

	if (random != NULL)
		memcpy(&v, random, sizeof(v));
	json_object_seed(v != 0 ? v : 1);
}

static enum err
cuckoo_take(struct bytes data, void **given, const char **why)
{
	json_error_t error;

	*why = "it is too large";
	if (data.n > REPORT_MOST)
		return ERR_LIMIT;
	seed();
	*given = json_loadb(data.n ? (const char *)data.p : "", data.n, 0, &error);
	if (*given != NULL)
		return OK;
	if (json_error_code(&error) == json_error_out_of_memory)
		return ERR_LIMIT;
	*why = "it is not JSON";
	return ERR_FORMAT;
}

static void
cuckoo_leave(void *given)
{
	json_decref(given);
}

/*
 * Borrowed references: the report outlives every object (format.h, take), and jansson
 * gives NULL for what is not there, which all readers above take for "no".
 */
static enum err
cuckoo_open(struct parse *p)
{
	const json_t *report = p->given;
	struct part summary = { json_object_get(
	    json_object_get(report, "behavior"), "summary") };
	struct cuckoo *k = p->facts;

	k->network.json = json_object_get(report, "network");
	k->registry = k->filesystem = k->sync = summary;
	return OK;
}

static const struct fact network_facts[] = {
	FACT_FUN("dns_lookup", "r:i", cuckoo_dns),
	FACT_FUN("http_get", "r:i", cuckoo_get),
	FACT_FUN("http_post", "r:i", cuckoo_post),
	FACT_FUN("http_request", "r:i", cuckoo_request),
	FACT_FUN("http_user_agent", "r:i", cuckoo_agent),
	FACT_FUN("host", "r:i", cuckoo_host),
	FACT_FUN("tcp", "ri:i", cuckoo_tcp),
	FACT_FUN("udp", "ri:i", cuckoo_udp),
	FACT_LAST,
};

static const struct fact registry_facts[] = {
	FACT_FUN("key_access", "r:i", cuckoo_key),
	FACT_LAST,
};

static const struct fact filesystem_facts[] = {
	FACT_FUN("file_access", "r:i", cuckoo_file),
	FACT_LAST,
};

static const struct fact sync_facts[] = {
	FACT_FUN("mutex", "r:i", cuckoo_mutex),
	FACT_LAST,
};

static const struct fact cuckoo_facts[] = {
	FACT_T(struct cuckoo, network, network_facts),
	FACT_T(struct cuckoo, registry, registry_facts),
	FACT_T(struct cuckoo, filesystem, filesystem_facts),
	FACT_T(struct cuckoo, sync, sync_facts),
	FACT_LAST,
};

const struct format module_cuckoo = {
	.name = "cuckoo",
	.facts = cuckoo_facts,
	.facts_size = sizeof(struct cuckoo),
	.open = cuckoo_open,
	.take = cuckoo_take,
	.leave = cuckoo_leave,
};
