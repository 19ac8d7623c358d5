#include "base/fact.h"

#include "tests/tap.h"

struct inner {
	int64_t n;
};

struct outer {
	int64_t i;
	double f;
	struct bytes s;
	struct inner in;
	struct fact_array list, dict;
	unsigned loads;
};

static enum err
load(void *facts)
{
	((struct outer *)facts)->loads++;
	return ERR_LIMIT;
}

static const struct fact inner_facts[] = { FACT_I(struct inner, n), FACT_LAST };
static const struct fact scalar[] = { { .name = "", .type = FACT_INT }, FACT_LAST };
static const struct fact facts[] = {
	FACT_I(struct outer, i),
	FACT_F(struct outer, f),
	FACT_S(struct outer, s),
	FACT_T(struct outer, in, inner_facts),
	FACT_A(struct outer, list, int64_t, scalar),
	{ .name = "dict",
	    .type = FACT_DICT,
	    .at = offsetof(struct outer, dict),
	    .sub = scalar,
	    .load = load },
	FACT_K("FIVE", 5),
	FACT_LAST,
};

/* Born undefined, at every depth, and constants are not of the struct. */
TEST(clear)
{
	struct outer o;

	memset(&o, 0x55, sizeof(o));
	fact_clear(facts, &o);
	EQ_I(o.i, FACT_UNDEF);
	CHECK(isnan(o.f));
	CHECK(o.s.p == NULL && o.s.n == 0);
	EQ_I(o.in.n, FACT_UNDEF);
	CHECK(o.list.p == NULL && o.list.n == 0 && o.dict.n == 0);
}

TEST(find)
{
	CHECK(fact_find(facts, BYTES_LIT("in")) == &facts[3]);
	CHECK(fact_find(facts, BYTES_LIT("FIVE")) == &facts[6]);
	CHECK(fact_find(facts, BYTES_LIT("FIV")) == NULL);
	CHECK(fact_find(facts, BYTES_LIT("")) == NULL);
}

TEST(ready)
{
	struct outer o = { 0 };

	EQ_U(fact_ready(&facts[0], &o), OK);
	EQ_U(fact_ready(&facts[5], &o), ERR_LIMIT);
	EQ_U(o.loads, 1);
}

/* A database made for other facts must not open: every change changes the digest. */
TEST(digest)
{
	struct fact other[COUNT(facts)];
	uint64_t same = fact_digest(facts, 1);

	EQ_U(fact_digest(facts, 1), same);
	CHECK(fact_digest(facts, 2) != same);
	for (int change = 0; change < 6; change++) {
		ROW("change %d", change);
		memcpy(other, facts, sizeof(other));
		switch (change) {
		case 0: other[0].name = "j"; break;
		case 1: other[0].type = FACT_FLOAT; break;
		case 2: other[0].at += 8; break;
		case 3: other[3].sub = scalar; break;
		case 4: other[6].value = 6; break;
		case 5: other[5].flags = FACT_HIDDEN; break;
		}
		CHECK(fact_digest(other, 1) != same);
	}
}
