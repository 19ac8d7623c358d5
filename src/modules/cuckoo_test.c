/* The answers were compared with Debian's yara: tests/diff/cuckoo does it again. */
#include <stdio.h>

#include "modules/call.h"

extern const struct format module_cuckoo;

static bool
finds(void *host, const void *re, struct bytes s)
{
	(void)host;
	return bytes_find(s, 0, bytes_of(re)) != UINT64_MAX;
}

/* Calls "part.function" of a report with a text for a regex, and a port. */
static int64_t
ask(void *given, const char *path, const char *re, int64_t port)
{
	struct call_host h = { .budget = 1000 };
	uint8_t facts[64] = { 0 };
	struct parse p = { .facts = facts, .given = given };
	const char *dot = strchr(path, '.');
	struct fact_call c = {
		.arg = { { .re = re }, { .i = port } },
		.re_match = finds,
	};
	char fn[64];

	CHECK(module_cuckoo.facts_size <= sizeof(facts));
	CHECK(module_cuckoo.open(&p) == OK);
	const struct fact *part = fact_find(module_cuckoo.facts,
	    (struct bytes){ (const uint8_t *)path, (size_t)(dot - path) });
	if (!CHECK(part != NULL))
		return -1;
	c.self = facts + part->at;
	snprintf(fn, sizeof(fn), "%s %s", dot + 1, port != 0 ? "ri:i" : "r:i");
	return call_in(&h, part->sub, fn, false, c).i;
}

static void *
take(const char *text)
{
	void *given = NULL;
	const char *why = NULL;

	CHECK(module_cuckoo.take(bytes_of(text), &given, &why) == OK);
	return given;
}

#define NETWORK(text) "{\"network\":{" text "}}"
#define SUMMARY(text) "{\"behavior\":{\"summary\":{" text "}}}"

/* clang-format off */
static const struct row {
	const char *report, *fn, *re;
	int64_t port, want;
} rows[] = {
	{ NETWORK("\"domains\":[{\"ip\":\"\",\"domain\":\"a.example\"}]"), "network.dns_lookup", "a.ex", 0, 1 },
	{ NETWORK("\"domains\":[{\"ip\":\"\",\"domain\":\"a.example\"}]"), "network.dns_lookup", "b.ex", 0, 0 },
	{ NETWORK("\"domains\":[{\"domain\":\"a.example\"}]"), "network.dns_lookup", "a.ex", 0, 0 },
	{ NETWORK("\"domains\":[{\"ip\":1,\"domain\":\"a.example\"}]"), "network.dns_lookup", "a.ex", 0, 0 },
	{ NETWORK("\"domains\":[7,{\"ip\":\"\",\"domain\":\"b\"},{\"ip\":\"\",\"domain\":\"c\"}]"), "network.dns_lookup", "c", 0, 1 },
	{ NETWORK("\"domains\":{\"ip\":\"\",\"domain\":\"a\"}"), "network.dns_lookup", "a", 0, 0 },
	{ NETWORK("\"dns\":[{\"ip\":\"\",\"domain\":\"a\"}]"), "network.dns_lookup", "a", 0, 0 },
	{ NETWORK("\"http\":[{\"uri\":\"http://u/\",\"method\":\"GET\"}]"), "network.http_get", "//u", 0, 1 },
	{ NETWORK("\"http\":[{\"uri\":\"http://u/\",\"method\":\"get\"}]"), "network.http_get", "//u", 0, 1 },
	{ NETWORK("\"http\":[{\"uri\":\"http://u/\",\"method\":\"POST\"}]"), "network.http_get", "//u", 0, 0 },
	{ NETWORK("\"http\":[{\"uri\":\"http://u/\",\"method\":\"POST\"}]"), "network.http_post", "//u", 0, 1 },
	{ NETWORK("\"http\":[{\"uri\":\"http://u/\",\"method\":\"POST\"}]"), "network.http_request", "//u", 0, 1 },
	{ NETWORK("\"http\":[{\"uri\":\"http://u/\",\"method\":\"HEAD\"}]"), "network.http_request", "//u", 0, 0 },
	{ NETWORK("\"http\":[{\"uri\":\"http://u/\"}]"), "network.http_request", "//u", 0, 0 },
	{ NETWORK("\"http\":[{\"user-agent\":\"curl/7\"}]"), "network.http_user_agent", "curl", 0, 1 },
	{ NETWORK("\"http\":[{\"user-agent\":7}]"), "network.http_user_agent", "7", 0, 0 },
	{ NETWORK("\"hosts\":[\"9.9.9.9\",8]"), "network.host", "9.9", 0, 1 },
	{ NETWORK("\"hosts\":[8,\"9.9.9.9\"]"), "network.host", "8", 0, 0 },
	{ NETWORK("\"tcp\":[{\"dst\":\"10.0.0.1\",\"dport\":80}]"), "network.tcp", "10.", 80, 1 },
	{ NETWORK("\"tcp\":[{\"dst\":\"10.0.0.1\",\"dport\":80}]"), "network.tcp", "10.", 81, 0 },
	{ NETWORK("\"tcp\":[{\"dst\":\"10.0.0.1\",\"dport\":80}]"), "network.tcp", "11.", 80, 0 },
	{ NETWORK("\"tcp\":[{\"dst\":\"10.0.0.1\",\"dport\":80.0}]"), "network.tcp", "10.", 80, 0 },
	{ NETWORK("\"tcp\":[{\"dst\":\"10.0.0.1\",\"dport\":\"80\"}]"), "network.tcp", "10.", 80, 0 },
	{ NETWORK("\"tcp\":[{\"dst\":\"10.0.0.1\",\"dport\":4294967376}]"), "network.tcp", "10.", 80, 1 },
	{ NETWORK("\"tcp\":[{\"dst\":\"10.0.0.1\",\"dport\":80}]"), "network.udp", "10.", 80, 0 },
	{ NETWORK("\"udp\":[{\"dst\":\"10.0.0.1\",\"dport\":53}]"), "network.udp", "10.", 53, 1 },
	{ SUMMARY("\"keys\":[\"HKLM\\\\Run\"]"), "registry.key_access", "M\\R", 0, 1 },
	{ SUMMARY("\"files\":[\"C:\\\\a.exe\"]"), "filesystem.file_access", ".exe", 0, 1 },
	{ SUMMARY("\"files\":[\"C:\\\\a.exe\"]"), "sync.mutex", ".exe", 0, 0 },
	{ SUMMARY("\"mutexes\":[\"m1\",\"m2\"]"), "sync.mutex", "m2", 0, 1 },
	{ "{\"behavior\":{\"mutexes\":[\"m1\"]}}", "sync.mutex", "m1", 0, 0 },
	{ "{\"behavior\":[]}", "sync.mutex", "m1", 0, 0 },
	{ "[]", "network.host", "", 0, 0 },
	{ "{}", "sync.mutex", "", 0, 0 },
};
/* clang-format on */

TEST(answers)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		void *given = take(r->report);

		ROW("%s %s %s", r->fn, r->re, r->report);
		EQ_I(ask(given, r->fn, r->re, r->port), r->want);
		/* without a report each says no, and is defined */
		EQ_I(ask(NULL, r->fn, r->re, r->port), 0);
		module_cuckoo.leave(given);
	}
}

TEST(not_a_report)
{
	static const char *const texts[] = { "", "no", "{", "{\"a\":}", "\"text\"", "7",
		"{\"a\":\"\\u0000\"}", "{} {}", "\xff\xfe" };
	const char *why = NULL;
	void *given = NULL;

	for (size_t i = 0; i < COUNT(texts); i++) {
		ROW("%s", texts[i]);
		EQ_U(module_cuckoo.take(bytes_of(texts[i]), &given, &why), ERR_FORMAT);
		EQ_S(why, "it is not JSON");
		CHECK(given == NULL);
	}
	EQ_U(module_cuckoo.take((struct bytes){ 0 }, &given, &why), ERR_FORMAT);
	struct bytes huge = { (const uint8_t *)"", (size_t)257 << 20 };
	EQ_U(module_cuckoo.take(huge, &given, &why), ERR_LIMIT);
}

/* jansson's own bound: no text makes its reader recurse without end. */
TEST(deep)
{
	static char deep[100000];
	const char *why = NULL;
	void *given = NULL;

	memset(deep, '[', sizeof(deep) - 1);
	EQ_U(module_cuckoo.take(bytes_of(deep), &given, &why), ERR_FORMAT);
}

/* Each prefix of a report is refused, and its last byte makes it one. */
TEST(cut)
{
	const char *text = NETWORK("\"hosts\":[\"9.9.9.9\"]");

	for (size_t n = 0; n < strlen(text); n++) {
		struct bytes part = test_copy((struct bytes){ (const uint8_t *)text, n });
		const char *why = NULL;
		void *given = NULL;

		EQ_U(module_cuckoo.take(part, &given, &why), ERR_FORMAT);
	}
}

/* Asks "host" of a report with that budget; what it charged. */
static uint64_t
spent(const char *report, uint64_t budget, int64_t want)
{
	void *given = take(report);
	struct call_host h = { .budget = budget };
	uint8_t facts[64] = { 0 };
	struct parse p = { .facts = facts, .given = given };
	struct fact_call c = { .self = facts,
		.arg = { { .re = "9" } },
		.host = &h,
		.re_match = finds,
		.charge = call_charge };

	CHECK(module_cuckoo.open(&p) == OK);
	fact_find(module_cuckoo.facts[0].sub, BYTES_LIT("host"))->fn(&c);
	EQ_I(c.ret.i, want);
	module_cuckoo.leave(given);
	return h.charged;
}

/* A budget that is spent ends a function, with what it had found: nothing. */
TEST(budget)
{
	EQ_U(spent(NETWORK("\"hosts\":[\"9.9.9.9\"]"), 9, 1), 9); /* an entry, a text */
	EQ_U(spent(NETWORK("\"hosts\":[\"9.9.9.9\"]"), 8, 0), 9);
	EQ_U(spent(NETWORK("\"hosts\":[1,2,3,\"9\"]"), 6, 1), 6); /* no text costs, too */
	EQ_U(spent(NETWORK("\"hosts\":[1,2,3,\"9\"]"), 2, 0), 3);
}
