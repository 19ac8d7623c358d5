/*
 * Files that somebody writes to while they are read. Large ones are mapped, so every byte
 * may be another one the second time: what was counted first is no bound for what is
 * written then. A thread changes the file; whether it does so in the wrong moment is
 * chance, so this can only miss a fault, not invent one.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "format/x509.h"
#include "tests/tap.h"

#define ROUNDS  20000
#define LETTERS 100 /* as long as all fit, and half of them as controls do */

/* Every step-th byte of at, from the first on, is one or the other. */
struct writer {
	uint8_t *at;
	size_t n, step;
	uint8_t one, other;
	atomic_bool stop;
	pthread_t thread;
};

static void *
go_on_writing(void *arg)
{
	struct writer *w = arg;
	bool turn = false;

	while (!atomic_load(&w->stop)) {
		turn = !turn;
		for (size_t i = 0; i < w->n; i += w->step)
			*(volatile uint8_t *)&w->at[i] = turn ? w->one : w->other;
	}
	return NULL;
}

static bool
writer_begin(struct writer *w)
{
	return CHECK(pthread_create(&w->thread, NULL, go_on_writing, w) == 0);
}

static void
writer_end(struct writer *w)
{
	atomic_store(&w->stop, true);
	pthread_join(w->thread, NULL);
}

/* A name of letters that become controls, which are written four times as long. */
TEST(a_name)
{
	static const uint8_t head[] = { DER_SET, 109, DER_SEQUENCE, 107, DER_OID, 3, 0x55,
		4, 3, DER_UTF8, LETTERS };
	struct buf name = { 0 };

	buf_put(&name, head, sizeof(head));
	memset(buf_room(&name, LETTERS), 'a', LETTERS);

	struct writer w = { .at = name.p + sizeof(head),
		.n = LETTERS,
		.step = 1,
		.one = 'a',
		.other = 1 };

	if (!writer_begin(&w))
		return;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct arena a;
		struct bytes s;

		arena_init(&a, 512);
		s = x509_oneline(buf_bytes(&name), &a);
		CHECK(s.p != NULL);
		CHECK(s.n <= 255);
		arena_done(&a);
	}
	writer_end(&w);
	buf_done(&name);
}
