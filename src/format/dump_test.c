#include "format/dump.h"
#include "tests/tap.h"

struct item {
	struct bytes name;
	int64_t n;
};

struct sample {
	int64_t a, none;
	double f;
	struct bytes s;
	struct item in;
	struct fact_array list, dict, numbers, empty;
	unsigned loads;
};

static enum err
load_a(void *facts)
{
	struct sample *s = facts;

	s->a = 7;
	s->loads++;
	return OK;
}

static const struct fact item_facts[] = {
	FACT_S(struct item, name),
	FACT_I(struct item, n),
	FACT_LAST,
};

static const struct fact value_facts[] = {
	{ .name = "", .type = FACT_INT, .at = offsetof(struct item, n) },
	FACT_LAST,
};

static const struct fact number_facts[] = {
	{ .name = "", .type = FACT_INT },
	FACT_LAST,
};

static const struct fact facts[] = {
	FACT_K("K", 1),
	{ .name = "a",
	    .type = FACT_INT,
	    .at = offsetof(struct sample, a),
	    .load = load_a },
	FACT_I(struct sample, none),
	FACT_F(struct sample, f),
	FACT_S(struct sample, s),
	FACT_T(struct sample, in, item_facts),
	FACT_A(struct sample, list, struct item, item_facts),
	FACT_D(struct sample, dict, struct item, value_facts),
	FACT_A(struct sample, numbers, int64_t, number_facts),
	FACT_A(struct sample, empty, int64_t, number_facts),
	FACT_LAST,
};

static const struct format format = { .name = "sample", .facts = facts };

static struct sample
sample(void)
{
	static const struct item items[] = {
		{ BYTES_LIT("x\"\\\n\xe9"), 1 },
		{ { 0 }, 2 },
	};
	static const int64_t numbers[] = { 5, FACT_UNDEF };
	struct sample s;

	fact_clear(facts, &s);
	s.loads = 0;
	s.f = 0.5;
	s.s = BYTES_LIT("");
	s.in.n = -3;
	s.list = (struct fact_array){ items, 2 };
	s.dict = (struct fact_array){ items, 1 };
	s.numbers = (struct fact_array){ numbers, 2 };
	return s;
}

TEST(text)
{
	struct sample s = sample();
	struct buf out = { 0 };

	dump_text(&format, &s, &out);
	EQ_S(buf_cstr(&out),
	    "sample\n\ta = 7\n\tf = 0.5\n\ts = \"\"\n\tin\n\t\tn = -3\n\tlist\n\t\t[0]\n"
	    "\t\t\tname = \"x\\\"\\\\\\x0a\\xe9\"\n\t\t\tn = 1\n\t\t[1]\n\t\t\tn = 2\n"
	    "\tdict\n\t\t\"x\\\"\\\\\\x0a\\xe9\" = 1\n"
	    "\tnumbers\n\t\t[0] = 5\n\t\t[1] = undefined\n");
	EQ_U(s.loads, 1);
	buf_done(&out);
}

/* Last member first, but for the elements of an array. */
TEST(yara)
{
	struct sample s = sample();
	struct buf out = { 0 };

	dump_yara(&format, &s, &out);
	EQ_S(buf_cstr(&out),
	    "sample\n\tempty\n\tnumbers\n\t\t[0] = 5\n\t\t[1] = YR_UNDEFINED\n"
	    "\tdict\n\t\tx\"\\\\x0a\\xe9 = 1\n"
	    "\tlist\n\t\t[0]\n\t\t\tname = \"x\"\\\\x0a\\xe9\"\n\t\t\tn = 1\n"
	    "\t\t[1]\n\t\t\tname = YR_UNDEFINED\n\t\t\tn = 2\n"
	    "\tin\n\t\tn = -3\n\t\tname = YR_UNDEFINED\n\ts = \"\"\n"
	    "\tf = 0.500000\n\tnone = YR_UNDEFINED\n\ta = 7\n\tK = 1\n");
	EQ_U(s.loads, 1);
	buf_done(&out);
}

TEST(json)
{
	struct sample s = sample();
	struct buf out = { 0 };

	dump_json(&format, &s, &out);
	EQ_S(buf_cstr(&out),
	    "{\"a\":7,\"f\":0.5,\"s\":\"\",\"in\":{\"n\":-3},"
	    "\"list\":[{\"name\":\"x\\\"\\\\\\u000a\\u00e9\",\"n\":1},{\"n\":2}],"
	    "\"dict\":{\"x\\\"\\\\\\u000a\\u00e9\":1},\"numbers\":[5,null]}");
	buf_done(&out);
}

TEST(limit)
{
	struct sample s = sample();
	struct buf out = { .limit = 20 };

	dump_text(&format, &s, &out);
	CHECK(out.full && out.n <= 20);
	buf_done(&out);
}
