/*
 * note.c - a stranger's note, held against keys that we know; and keys.
 *
 * Nobody can sign for our keys, so a note that verifies has one of the texts that were
 * signed when the vectors were made. That is what is asserted.
 */
#include "log/note.h"

#include <stdlib.h>

#include "log/vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool
signed_once(struct bytes text)
{
	static const char *const notes[] = { VECTOR_NOTE_0, VECTOR_NOTE_1, VECTOR_NOTE_7,
		VECTOR_NOTE_70000 };

	for (size_t i = 0; i < COUNT(notes); i++) {
		struct bytes t = bytes_clip(bytes_of(notes[i]), 0, text.n);

		/* the text, and behind it the empty line */
		if (bytes_eq(t, text) && notes[i][text.n] == '\n')
			return true;
	}
	return false;
}

/* Text, empty line and signatures are all of the input. */
static void
check_views(struct bytes input, const struct note *note)
{
	const uint8_t *at = note->sigs.p;

	if (note->text.p != input.p || note->text.n + 1 + note->sigs.n != input.n ||
	    note->sigs.p != input.p + note->text.n + 1)
		abort();
	for (size_t i = 0; i < note->nsig; i++) {
		if (note->sig[i].line.p != at)
			abort();
		at += note->sig[i].line.n;
	}
	if (at != input.p + input.n)
		abort();
}

static void
try_key(struct bytes text)
{
	struct note_key k, again;
	struct note_signer s;
	struct buf b = { 0 };

	if (note_key_parse(text, &k, NULL) == OK && note_key_known(&k)) {
		note_key_print(&k, &b);
		if (note_key_parse(buf_bytes(&b), &again, NULL) != OK || again.id != k.id)
			abort();
	}
	if (note_signer_parse(text, &s, NULL) == OK && !note_key_known(&s.key))
		abort();
	buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const vkeys[] = { VECTOR_LOG, VECTOR_W1, VECTOR_W2 };
	struct bytes input = { p, n };
	struct note_key keys[COUNT(vkeys)];
	struct note_seen seen[COUNT(vkeys)];
	struct fault f = { 0 };
	static struct note note;

	try_key(input);
	for (size_t i = 0; i < COUNT(vkeys); i++)
		if (note_key_parse(bytes_of(vkeys[i]), &keys[i], NULL) != OK)
			abort();
	if (note_parse(input, &note, &f) != OK) {
		if (f.kind != FAULT_NOTE)
			abort();
		return 0;
	}
	check_views(input, &note);
	if (note_verify(&note, keys, COUNT(keys), seen, &f) == OK &&
	    !signed_once(note.text))
		abort();
	return 0;
}
