/* What it says is libmagic's business (tests/diff/magic compares); how it is asked, ours.
 */
#include "modules/magic.h"

#include <stdio.h>

#include "modules/call.h"

#define DATABASE "/usr/share/misc/magic.mgc"

extern const struct format module_magic;

/* All of the file, or no bytes. */
static struct bytes
slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct bytes out = { 0 };
	uint8_t *p = malloc(32 << 20);

	if (f != NULL) {
		out = test_copy((struct bytes){ p, fread(p, 1, 32 << 20, f) });
		fclose(f);
	}
	free(p);
	return out;
}

static void *
take(struct bytes database)
{
	void *given = NULL;
	const char *why = NULL;

	magic_prepare();
	if (!CHECK(module_magic.take(database, &given, &why) == OK))
		printf("# %s\n", why);
	return given;
}

struct asked {
	struct call_host h;
	uint8_t facts[64];
	struct bytes file;
};

static struct bytes
ask(struct asked *a, const char *fn)
{
	return call_fn(&a->h, &module_magic, fn,
	    (struct fact_call){ .self = a->facts, .file = a->file })
	    .s;
}

static void
begin(struct asked *a, void *given, struct bytes file)
{
	struct parse p = { .facts = a->facts, .given = given, .file = file };

	CHECK(module_magic.facts_size <= sizeof(a->facts));
	*a = (struct asked){ .h.budget = 1 << 30, .file = file };
	arena_init(&a->h.arena, 1 << 20);
	EQ_U(module_magic.open(&p), given != NULL ? OK : ERR_LIMIT);
}

/* clang-format off */
static const struct row {
	const char *hex, *type, *mime;
} rows[] = {
	{ "68 65 6c 6c 6f 0a", "ASCII text", "text/plain" },
	{ "23 21 2f 62 69 6e 2f 73 68 0a", "POSIX shell script, ASCII text executable", "text/x-shellscript" },
	{ "00 01 02 03 fe ff", "data", "application/octet-stream" },
};
/* clang-format on */

TEST(words)
{
	void *given = take(slurp(DATABASE));
	struct asked a;

	for (size_t i = 0; i < COUNT(rows) && given != NULL; i++) {
		const struct row *r = &rows[i];

		ROW("%s", r->hex);
		begin(&a, given, test_hex(r->hex));
		for (int twice = 0; twice < 2; twice++) {
			EQ_B(ask(&a, "type :s"), bytes_of(r->type));
			EQ_B(ask(&a, "mime_type :s"), bytes_of(r->mime));
		}
		arena_done(&a.h.arena);
	}
	module_magic.leave(given);
}

/* The second of many rules that ask costs nothing. */
TEST(asked_once)
{
	void *given = take(slurp(DATABASE));
	struct asked a;
	uint64_t once;

	begin(&a, given, BYTES_LIT("text\n"));
	(void)ask(&a, "type :s");
	once = a.h.charged;
	CHECK(once > 0);
	(void)ask(&a, "type :s");
	EQ_U(a.h.charged, once);
	arena_done(&a.h.arena);
	module_magic.leave(given);
}

TEST(undefined)
{
	void *given = take(slurp(DATABASE));
	struct asked a;

	ROW("nothing was given");
	begin(&a, NULL, BYTES_LIT("text\n"));
	CHECK(ask(&a, "type :s").p == NULL);
	CHECK(ask(&a, "mime_type :s").p == NULL);
	arena_done(&a.h.arena);
	ROW("an empty file");
	begin(&a, given, (struct bytes){ 0 });
	CHECK(ask(&a, "type :s").p == NULL);
	arena_done(&a.h.arena);
	ROW("no budget");
	begin(&a, given, BYTES_LIT("text\n"));
	a.h.budget = 10;
	CHECK(ask(&a, "type :s").p == NULL);
	arena_done(&a.h.arena);
	module_magic.leave(given);
}

TEST(no_database)
{
	static const char *const texts[] = { "", "no database at all" };

	magic_prepare();
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *why = NULL;
		void *given = NULL;

		ROW("%s", texts[i]);
		EQ_U(module_magic.take(test_copy(bytes_of(texts[i])), &given, &why),
		    ERR_FORMAT);
		EQ_S(why, "it is no database of this libmagic");
		CHECK(given == NULL);
	}
}
