#include "base/diag.h"

#include <stdio.h>

#include "tests/tap.h"

/* What is appended is copied, in order, and counted by kind. */
TEST(copies)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	char text[16] = "first";
	struct diag d = { .kind = DIAG_ERROR, .file = "f", .text = text, .line = 3 };

	arena_init(&a, 1 << 20);
	diag_add(&ds, &d);
	snprintf(text, sizeof(text), "second");
	d.kind = DIAG_WARNING;
	d.rule = "r";
	diag_add(&ds, &d);
	d.kind = DIAG_HINT;
	diag_addf(&ds, &d, "%s %d", "third", 3);
	EQ_U(ds.errors, 1);
	EQ_U(ds.warnings, 1);
	EQ_U(ds.dropped, 0);
	EQ_S(ds.first->text, "first");
	EQ_S(ds.first->rule, NULL);
	EQ_S(ds.first->next->text, "second");
	EQ_S(ds.first->next->rule, "r");
	EQ_S(ds.last->text, "third 3");
	CHECK(ds.last->next == NULL);
	arena_done(&a);
}

/* A hostile source cannot make us keep more than so many, nor more than the arena. */
TEST(bounds)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	struct diag d = { .kind = DIAG_ERROR, .file = "f", .text = "t" };
	unsigned kept = 0;

	arena_init(&a, 64 << 20);
	for (unsigned i = 0; i < DIAGS_MAX + 5; i++)
		diag_add(&ds, &d);
	for (const struct diag *x = ds.first; x != NULL; x = x->next)
		kept++;
	EQ_U(kept, DIAGS_MAX);
	EQ_U(ds.errors, DIAGS_MAX + 5);
	EQ_U(ds.dropped, 5);
	arena_done(&a);

	ds = (struct diags){ .arena = &a };
	arena_init(&a, 200);
	for (int i = 0; i < 10; i++)
		diag_add(&ds, &d);
	EQ_U(ds.errors, 10);
	CHECK(ds.dropped > 0 && ds.dropped < 10);
	arena_done(&a);
}

TEST(long_text)
{
	struct arena a;
	struct diags ds = { .arena = &a };

	arena_init(&a, 1 << 20);
	diag_addf(&ds, &(struct diag){ .file = "f" }, "%5000d", 1);
	EQ_U(strlen(ds.first->text), 2047);
	arena_done(&a);
}
