/*
 * format.c - any bytes into a format's parser: compiled once for each line of
 * formats.def, with FORMAT naming its struct.
 *
 * Beside surviving, three properties: what is dumped twice is the same, a parser keeps
 * within the arena it was given, and opens nothing that its probe takes for no such file.
 */
#include <stdlib.h>

#include "crypto/hash.h"
#include "format/dump.h"

extern const struct format FORMAT;

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define ARENA_MOST    ((size_t)64 << 20)
#define CHILDREN_MOST 1000

/* Parses the file and dumps its facts; out is empty when it is not the format. */
static void
parse_and_dump(struct bytes file, struct buf *out)
{
	struct arena arena;
	struct parse parse = { .file = file, .arena = &arena };
	struct child child;

	arena_init(&arena, ARENA_MOST);
	parse.facts = calloc(1, FORMAT.facts_size ? FORMAT.facts_size : 1);
	if (parse.facts == NULL)
		abort();
	if (FORMAT.facts != NULL)
		fact_clear(FORMAT.facts, parse.facts);
	if (FORMAT.open(&parse) == OK) {
		if (FORMAT.probe != NULL &&
		    FORMAT.probe(bytes_clip(file, 0, 4096), file.n) == 0)
			abort();
		if (FORMAT.facts != NULL)
			dump_json(&FORMAT, parse.facts, out);
		for (int i = 0; FORMAT.next != NULL && i < CHILDREN_MOST; i++)
			if (FORMAT.next(&parse, &child) != OK)
				break;
		if (FORMAT.close != NULL)
			FORMAT.close(&parse);
	}
	if (arena.used > ARENA_MOST)
		abort();
	free(parse.facts);
	arena_done(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf once = { .limit = 1 << 20 }, again = { .limit = 1 << 20 };

	crypto_init();
	parse_and_dump((struct bytes){ p, n }, &once);
	parse_and_dump((struct bytes){ p, n }, &again);
	if (!bytes_eq(buf_bytes(&once), buf_bytes(&again)))
		abort();
	buf_done(&once);
	buf_done(&again);
	return 0;
}
