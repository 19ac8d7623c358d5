/*
 * same_test.c - functions of two builds: the same wherever they lie, and told apart by
 * one constant, one call, one byte of data; and how the lines of a report name things.
 */
#include "objdiff/same.h"

#include "base/err.h"
#include "objdiff/lines.h"
#include "objdiff/world.h"

static const char source[] =
    "#include <stdio.h>\n"
    "#include <string.h>\n"
    "#define NOINLINE __attribute__((noinline))\n"
    "#ifndef FACTOR\n"
    "#define FACTOR 3\n"
    "#endif\n"
    "#ifndef TEXT\n"
    "#define TEXT \"hello\"\n"
    "#endif\n"
    "#ifndef CALL\n"
    "#define CALL helper\n"
    "#endif\n"
    "#ifndef ENTRY\n"
    "#define ENTRY 30\n"
    "#endif\n"
    "static const int fixed[8] = { 10, 20, ENTRY, 40, 50, 60, 70, 80 };\n"
    "int counter;\n"
    "#ifdef SHIFT\n"
    "NOINLINE int shift(int x) { printf(\"%d %s\\n\", x, \"more\"); return x * 9; }\n"
    "#endif\n"
    "NOINLINE int helper(int x) { counter += x; return counter; }\n"
    "NOINLINE int other(int x) { counter -= x; return counter; }\n"
    "NOINLINE int scale(int x) { return x * FACTOR + 1; }\n"
    "NOINLINE int say(int x) { return puts(TEXT) + x; }\n"
    "NOINLINE int relay(int x) { return CALL(x) + 2; }\n"
    "NOINLINE int look(int x) { return fixed[x & 7] + 1; }\n"
    "NOINLINE int ping(int x);\n"
    "NOINLINE int pong(int x) { return x > 0 ? ping(x - 1) + 1 : 0; }\n"
    "NOINLINE int ping(int x) { return x > 0 ? pong(x - 1) + 2 : 0; }\n"
    "int main(int argc, char **argv) {\n"
    "#ifdef SHIFT\n"
    "	argc = shift(argc);\n"
    "#endif\n"
    "	return scale(argc) + say(argc) + relay(argc) + other(argc) + look(argc) + "
    "ping(argc) +\n"
    "	    (int)strlen(argv[0]); }\n";

#define BUILD                                                                         \
	"gcc -O1 -fno-ipa-icf -fno-optimize-sibling-calls -fcf-protection=none -o p " \
	"p.c "

static bool
open_both(struct world *w, struct same *s, const char *second)
{
	memset(s, 0, sizeof(*s));
	return world_open(w, source, BUILD, second) &&
	       CHECK(units_match(&w->u[0], &w->u[1], &w->arena) == OK) &&
	       CHECK(same_open(s, &w->arena, &w->u[0], &w->u[1], false) == OK);
}

static enum alike
ask(struct world *w, struct same *s, const char *name, struct same_reason *why)
{
	struct unit *a = named(&w->u[0], name), *b = named(&w->u[1], name);

	*why = (struct same_reason){ 0 };
	return CHECK(a != NULL && b != NULL) ? same_units(s, a, b, why) : SAME_NO;
}

static const char *const all[] = { "helper", "other", "scale", "say", "relay", "look",
	"ping", "pong" };

/* Everything moved, in code and data: each function is what it was. */
TEST(moved_is_the_same)
{
	struct same_reason why;
	struct world w;
	struct same s;

	if (open_both(&w, &s, BUILD "-DSHIFT"))
		for (size_t i = 0; i < COUNT(all); i++) {
			ROW("%s", all[i]);
			EQ_U(ask(&w, &s, all[i], &why), SAME_YES);
		}
	world_close(&w);
}

/* One change, with a shift and without: that function differs, for that reason. */
TEST(one_change)
{
	static const struct {
		const char *change, *function;
		enum same_why why;
	} rows[] = {
		{ "-DFACTOR=5", "scale", WHY_CODE },
		{ "'-DTEXT=\"hallo\"'", "say", WHY_DATA },
		{ "-DCALL=other", "relay", WHY_CALL },
		{ "-DENTRY=31", "look", WHY_DATA },
	};

	for (unsigned i = 0; i < 2 * COUNT(rows); i++) {
		const char *shift = i % 2 ? " -DSHIFT" : "";
		struct same_reason why;
		struct world w;
		struct same s;
		char build[300];

		snprintf(
		    build, sizeof(build), "%s%s%s", BUILD, rows[i / 2].change, shift);
		ROW("%s", build);
		if (open_both(&w, &s, build)) {
			EQ_U(ask(&w, &s, rows[i / 2].function, &why), SAME_NO);
			EQ_U(why.why, rows[i / 2].why);
			CHECK(why.at_a != 0 && why.at_b != 0);
			for (size_t k = 0; k < COUNT(all); k++) {
				if (strcmp(all[k], rows[i / 2].function) == 0)
					continue;
				ROW("%s: %s", build, all[k]);
				EQ_U(ask(&w, &s, all[k], &why), SAME_YES);
			}
		}
		world_close(&w);
	}
}

/* Without memory nothing is the same. */
TEST(spent)
{
	struct same_reason why;
	struct world w;
	struct same s;

	if (open_both(&w, &s, BUILD "-DSHIFT")) {
		s.spent = true;
		EQ_U(ask(&w, &s, "say", &why), SAME_NO);
	}
	world_close(&w);
}

/* All lines of a function, one below the other. */
static void
put_lines(struct world *w, struct same *s, const char *name, struct buf *out)
{
	const struct unit *u = named(&w->u[0], name);
	struct lines_row *row;
	struct lines l;
	size_t n;

	if (!CHECK(u != NULL))
		return;
	lines_open(&l, &w->e[0]);
	EQ_U(lines_rows(&s->a, u, 0, 1000, &w->arena, &row, &n), OK);
	for (size_t i = 0; i < n; i++) {
		rig_put(out, lines_text(&l, &s->a, u, &row[i], &w->arena));
		buf_u8(out, '\n');
	}
	lines_close(&l);
}

TEST(lines)
{
	static const struct {
		const char *function, *says;
	} rows[] = {
		{ "say", "puts@plt" },
		{ "say", "\"hello\"" },
		{ "relay", "helper" },
		{ "helper", "counter" },
		{ "ping", "pong" },
	};
	struct world w;
	struct same s;

	if (open_both(&w, &s, BUILD))
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct buf b = { 0 };

			ROW("%s: %s", rows[i].function, rows[i].says);
			put_lines(&w, &s, rows[i].function, &b);
			CHECK(strstr(buf_cstr(&b), rows[i].says) != NULL);
			buf_done(&b);
		}
	world_close(&w);
}

/* Keys of rows do not move with the code: two builds of one function have the same. */
TEST(keys_do_not_move)
{
	struct world w;
	struct same s;

	if (open_both(&w, &s, BUILD "-DSHIFT"))
		for (size_t i = 0; i < COUNT(all); i++) {
			struct lines_row *x, *y;
			size_t n, m;

			ROW("%s", all[i]);
			EQ_U(lines_rows(
				 &s.a, named(&w.u[0], all[i]), 0, 1000, &w.arena, &x, &n),
			    OK);
			EQ_U(lines_rows(
				 &s.b, named(&w.u[1], all[i]), 0, 1000, &w.arena, &y, &m),
			    OK);
			EQ_U(n, m);
			for (size_t k = 0; k < n && k < m; k++)
				EQ_U(x[k].key, y[k].key);
		}
	world_close(&w);
}
