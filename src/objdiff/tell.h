/*
 * tell.h - statements of objdiff: bounded, counted, and never after the sink refused.
 *
 * The first error of the sink is kept and everything after it is silent, so that who
 * finds differences need not ask after each one. Texts are made in the arena.
 */
#pragma once

#include "base/arena.h"
#include "objdiff/objdiff.h"
#include "result/difference.h"

struct tell {
	const struct diff_sink *sink;
	const struct objdiff_opts *o;
	struct arena *arena;
	uint64_t told, kept_back; /* statements made, and left out for their number */
	unsigned worst;           /* 1 + the worst class told; 0: none */
	enum err err;
};

/* where may be NULL; what is a format. Strangers' bytes come as "%.*s", TELL_S(bytes). */
void tell_found(struct tell *t, enum diff_class cls, struct bytes where, const char *what,
    ...) __attribute__((format(printf, 4, 5)));
/* The same with lines; left_out: how many more there would be. */
void tell_lines(struct tell *t, enum diff_class cls, struct bytes where,
    struct bytes what, const struct diff_line *lines, uint32_t n, uint64_t left_out);
/* DIFF_NOTE, DIFF_LIMIT or DIFF_DAMAGED. */
void tell_remark(struct tell *t, enum diff_kind kind, const char *what, ...)
    __attribute__((format(printf, 3, 4)));
/* Two texts, one of each side. */
void tell_pair(struct tell *t, enum diff_class cls, struct bytes where, const char *what,
    struct bytes a, struct bytes b);
/* A stranger's text as one line in the arena, escaped (base/text.h) and cut. */
struct bytes tell_text(struct arena *arena, struct bytes s);
/* bytes_eq for large parts: what was equal is given back on the way (opts.passed). */
bool tell_equal(const struct tell *t, struct bytes a, struct bytes b);
/* Says how many were kept back. */
void tell_end(struct tell *t);

#define TELL_NAME 256 /* bytes of one name in a sentence */
#define TELL_S(b)                             \
	(int)bytes_clip((b), 0, TELL_NAME).n, \
	    (const char *)((b).p ? (b).p : (const uint8_t *)"")
