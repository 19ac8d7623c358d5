#include "update/trust.h"

#include "tests/tap.h"

#define LOG "log.example/candor+b794c424+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
#define W1  "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
#define W2  "witness.example/w2+bfff2874+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR"

/* clang-format off */
static const struct {
	const char *name, *text;
	struct trust_change c;
	const char *want; /* NULL: refused */
} rows[] = {
	{ "the first log", "", { .log = "", .key = LOG }, "log " LOG "\nquorum none\n" },
	{ "with a URL", "# mine\n", { .log = "", .key = LOG, .url = "https://l/" },
	  "# mine\nlog " LOG " https://l/\nquorum none\n" },
	{ "a witness", "log " LOG "\nquorum none\n", { .witness = "w1", .key = W1 },
	  "log " LOG "\nwitness w1 " W1 "\nquorum none\n" },
	{ "a witness and a quorum", "log " LOG "\nquorum none\n", { .witness = "w1", .key = W1, .quorum = 1 },
	  "log " LOG "\nwitness w1 " W1 "\ngroup witnesses 1 w1\nquorum witnesses\n" },
	{ "one more", "log " LOG "\nwitness w1 " W1 "\ngroup witnesses 1 w1\nquorum witnesses\n",
	  { .witness = "w2", .key = W2 },
	  "log " LOG "\nwitness w1 " W1 "\nwitness w2 " W2 "\ngroup witnesses 1 w1 w2\nquorum witnesses\n" },
	{ "a higher quorum", "log " LOG "\nwitness w1 " W1 "\nwitness w2 " W2 "\ngroup witnesses 1 w1 w2\nquorum witnesses\n",
	  { .quorum = 2 },
	  "log " LOG "\nwitness w1 " W1 "\nwitness w2 " W2 "\ngroup witnesses 2 w1 w2\nquorum witnesses\n" },
	{ "a quorum that cannot be", "log " LOG "\nwitness w1 " W1 "\nquorum none\n", { .quorum = 2 }, NULL },
	{ "groups of one's own stay", "log " LOG "\nwitness w1 " W1 "\ngroup g all w1\nquorum g\n", { .witness = "w2", .key = W2 },
	  "log " LOG "\nwitness w1 " W1 "\nwitness w2 " W2 "\ngroup g all w1\nquorum g\n" },
	{ "twice the same", "log " LOG "\nquorum none\n", { .log = "", .key = LOG }, NULL },
	{ "no key", "", { .log = "", .key = "log.example" }, NULL },
	{ "a log as a witness", "", { .witness = "w", .key = LOG }, NULL },
};
/* clang-format on */

TEST(adding)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out = { 0 };
		struct fault f = { 0 };
		enum err e =
		    trust_add(test_copy(bytes_of(rows[i].text)), &rows[i].c, &out, &f);

		ROW("%s", rows[i].name);
		EQ_U(e, rows[i].want ? OK : ERR_FORMAT);
		if (rows[i].want != NULL)
			EQ_S(buf_cstr(&out), rows[i].want);
		else
			CHECK(f.kind == FAULT_POLICY || f.kind == FAULT_KEY);
		buf_done(&out);
	}
}

static void
doubts(const char *text, const char *want)
{
	struct arena a;
	struct policy p;
	struct buf out = { 0 };

	ROW("%s", want);
	arena_init(&a, 1 << 23);
	if (CHECK(policy_parse(bytes_of(text), &a, &p, NULL) == OK)) {
		trust_doubts(&p, &out);
		CHECK(want[0] ? strstr(buf_cstr(&out), want) != NULL : out.n == 0);
	}
	arena_done(&a);
	buf_done(&out);
}

#define W(n, key) "witness w" n " " key "\n"

TEST(doubtful)
{
	doubts("log " LOG "\nquorum none\n", "no witness is asked for");
	doubts("log " LOG "\n" W("1", W1) "quorum w1\n", "one witness is enough");
	doubts("log " LOG "\n" W("1", W1) W("2", W2) "group g any w1 w2\nquorum g\n",
	    "one witness is enough");
	doubts("log " LOG "\n" W("1", W1) W("2", W2) "group g all w1 w2\nquorum g\n",
	    "every witness is asked for");
	doubts(W("1", W1) W("2", W2) "group g all w1 w2\nquorum g\n", "no log is named");
}

TEST(show)
{
	static const char text[] = "log " LOG " https://l/\n" W("1", W1)
	    W("2", W2) "group g 1 w1 w2\nquorum g\n";
	struct arena a;
	struct policy p;
	struct buf out = { 0 };

	arena_init(&a, 1 << 23);
	CHECK(policy_parse(bytes_of(text), &a, &p, NULL) == OK);
	trust_show(&p, &out);
	EQ_S(buf_cstr(&out), "log log.example/candor (key b794c424), at https://l/\n"
			     "witness w1: witness.example/w1 (key df1c0a35)\n"
			     "witness w2: witness.example/w2 (key bfff2874)\n"
			     "group g: 1 of w1 w2\n"
			     "asked for: g, at least 1 of 2 witnesses\n");
	arena_done(&a);
	buf_done(&out);
}
