#include "result/named.h"

#include "base/err.h"
#include "tests/tap.h"

TEST(parts)
{
	EQ_B(named_stem(BYTES_LIT("a.tar.XZ")), BYTES_LIT("a.tar"));
	EQ_B(named_stem(BYTES_LIT(".gz")), BYTES_LIT(".gz"));
	EQ_B(named_stem(BYTES_LIT("a.tar")), BYTES_LIT("a.tar"));
	EQ_B(named_base(BYTES_LIT("a/b/c")), BYTES_LIT("c"));
	EQ_B(named_base(BYTES_LIT("c")), BYTES_LIT("c"));
	EQ_B(named_base(BYTES_LIT("a/")), BYTES_LIT(""));
	CHECK(!named_ends(BYTES_LIT("y"), ".py") && named_ends(BYTES_LIT(".py"), ".py"));
	CHECK(named_holds(BYTES_LIT("xETC/Cron.d/y"), "etc/cron."));
	CHECK(!named_holds(BYTES_LIT("etc"), "etc/cron."));
}

/* clang-format off */
static const struct {
	const char *name, *form;
} forms[] = {
	{ "", "" },
	{ "lib-1.2.34/x", "lib-0.0.0/x" },
	{ "data.tar.zst", "data.tar" },
	{ "007", "0" },
	{ "a0b10", "a0b0" },
};

static const struct {
	const char *a, *b;
	bool else_;
} moves[] = {
	{ "usr/share/doc/x", "usr/share/doc/y", false },
	{ "lib-1.2/mod.py", "lib-1.3/mod.py", false },
	{ "x/libfoo1.so", "y/libfoo2.so", false },
	{ "x/mod.py", "x/os.py", true },
	{ "doc/readme", "etc/cron.d/readme", true },
	{ "etc/cron.d/job", "doc/job", true },
	{ "share/x.sh", "etc/profile.d/x.sh", true },
	{ "etc/cron.d/x.sh", "etc/init.d/x.sh", true },
	{ "DEBIAN/preinst", "DEBIAN/postinst", true },
	{ "notes", "Makefile", true },
};
/* clang-format on */

TEST(form)
{
	uint8_t out[64] = { 0 };

	for (size_t i = 0; i < COUNT(forms); i++) {
		struct bytes name = test_copy(bytes_of(forms[i].name));

		ROW("%s", forms[i].name);
		EQ_B(((struct bytes){ out, named_form(name, out) }),
		    bytes_of(forms[i].form));
	}
}

TEST(runs_else)
{
	uint8_t longer[600];

	for (size_t i = 0; i < COUNT(moves); i++) {
		ROW("%s %s", moves[i].a, moves[i].b);
		EQ_U(named_runs_else(bytes_of(moves[i].a), bytes_of(moves[i].b)),
		    moves[i].else_);
	}
	/* names that are too long for a form have to be equal */
	memset(longer, 'x', sizeof(longer));
	memcpy(longer + 590, "1/a2222.py", 10);
	CHECK(!named_runs_else(
	    (struct bytes){ longer, 600 }, bytes_from((struct bytes){ longer, 600 }, 5)));
	memset(longer, 'x', sizeof(longer));
	memcpy(longer + 596, "1.py", 4);
	CHECK(named_runs_else(
	    (struct bytes){ longer, 600 }, bytes_from((struct bytes){ longer, 600 }, 5)));
}
