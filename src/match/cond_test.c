/*
 * cond_test.c - the machine, one instruction at a time: each of cond_ops.def with the
 * values at its edges, in code that no compiler wrote. What conditions mean as a whole
 * is in rules/cond_test.c; here an instruction must do what its line says, whatever
 * stands in its registers.
 */
#include "match/cond_vm.h"

#include <float.h>
#include <stdlib.h>

#include "tests/cond_rig.h"

#define MIN    INT64_MIN
#define MAX    INT64_MAX
#define UNDEF_ FACT_UNDEF

static struct rig r;
static uint32_t code[512], ncode;
static bool ran[COND_NOPS];

/* --- an assembler ------------------------------------------------------------------- */

enum { ROOT, ROW_, PAIR, ENTRY_, OBJECTS }; /* object registers, by their type */
enum { NUMBERS = 8, STRINGS = 6 };

static uint32_t paths[16], npaths;

static void
word(uint32_t w)
{
	if (ncode < COUNT(code))
		code[ncode++] = w;
}

static void
op(enum cond_op o, uint32_t a, uint32_t b, uint32_t c)
{
	ran[o] = true;
	word(cond_word(o, a, b, c));
}

/* A path of so many rows; gives where it stands. */
static uint32_t
path(uint32_t n, uint32_t first, uint32_t second)
{
	uint32_t at = ncode;

	word(n << 8);
	if (n > 0)
		word(first | second << 16);
	return paths[npaths++] = at;
}

enum path_name {
	AT_ROOT,
	AT_ROWS,
	AT_PAIRS,
	AT_DICT,
	AT_A,
	AT_F,
	AT_S,
	AT_PART_X,
	AT_ADD,
	AT_HALF,
	AT_ROW_V,
	AT_PAIR_VALUE,
	AT_NAME,
	AT_LOG
};

/* The head: all registers that there are, and every path that the tests take. */
static void
begin(void)
{
	/* clang-format off */
	static const uint32_t rows[][3] = { { 0, 0, 0 }, { 1, RIG_ROWS, 0 }, { 1, RIG_PAIRS, 0 },
		{ 1, RIG_DICT, 0 }, { 1, RIG_A, 0 }, { 1, RIG_F, 0 }, { 1, RIG_S, 0 }, { 2, RIG_IN, 0 },
		{ 1, RIG_ADD, 0 }, { 1, RIG_HALF, 0 }, { 2, RIG_ROWS, 0 }, { 2, RIG_PAIRS, 0 },
		{ 2, RIG_IN, 2 }, { 1, RIG_LOG, 0 } };
	/* clang-format on */

	ncode = npaths = 0;
	word(NUMBERS | STRINGS << 8 | OBJECTS << 16);
	ncode += 1 + OBJECTS;
	for (size_t i = 0; i < COUNT(rows); i++)
		path(rows[i][0], rows[i][1], rows[i][2]);
	code[1] = ncode;
	for (unsigned i = 0; i < OBJECTS; i++)
		code[2 + i] = paths[i];
}

static void
num(uint32_t reg, int64_t v)
{
	op(COND_LDQ, reg, 0, 0);
	word((uint32_t)v);
	word((uint32_t)((uint64_t)v >> 32));
}

static void
flt(uint32_t reg, double v)
{
	num(reg, cond_bits(v));
}

/* NULL: undefined, as every register is born. */
static void
str(uint32_t reg, const char *s)
{
	if (s == NULL)
		return;
	op(COND_LDT, reg, 0, 0);
	word(rig_text(&r, bytes_of(s)));
}

/* A branch that never jumps: the machine keeps the outcome. */
static void
stay(void)
{
	word(0);
}

static void
load(struct bytes words)
{
	buf_clear(&r.code);
	buf_put(&r.code, words.p, words.n);
	r.rules[RIG_RULES] = (struct db_rule){ .ncode = (uint32_t)words.n };
	r.db = (struct db){ .nrules = RIG_RULES + 1,
		.npatterns = RIG_PATTERNS,
		.nexts = COUNT(r.ext),
		.nmodules = 1 };
	r.db.section[DB_CODE] = buf_bytes(&r.code);
	r.db.section[DB_TEXT] = buf_bytes(&r.text);
	r.db.section[DB_RULES] =
	    (struct bytes){ (const uint8_t *)r.rules, sizeof(r.rules) };
	arena_reset(&r.keep);
	if (cond_new(&r.keep, &r.db, &r.env, &r.vm) != OK)
		abort();
}

static enum cond_result
run(void)
{
	op(COND_RET, 1, 0, 0);
	load((struct bytes){ (const uint8_t *)code, ncode * sizeof(code[0]) });
	return rig_run(&r);
}

/* What register 0 holds at the end. */
static bool
gives(int64_t want)
{
	bool ok = EQ_U(run(), COND_TRUE);

	ok &= EQ_I(r.vm->num[0], want);
	return ok;
}

/* 't' 'f' 'u' of the last test; 'n' NEED; 'l' LIMIT. */
static bool
comes_to(char want)
{
	enum cond_result e = run();
	char have = e == COND_NEED ? 'n' : e == COND_LIMIT ? 'l' : "ftu"[r.vm->last];

	return EQ_U((uint8_t)have, (uint8_t)want);
}

static uint8_t file[40];

static void
world(void)
{
	rig_init(&r);
	for (size_t i = 0; i < sizeof(file); i++)
		file[i] = (uint8_t)(0x7c + 37 * i);
	r.file = test_copy((struct bytes){ file, sizeof(file) });
	/* $0: twice, and searched; $1: not there; $2: unknown; $3: known at places only
	 */
	r.pattern[0] = (struct rig_pattern){ .hit = { { .off = 64, .len = 4 },
						 { .off = 70, .len = 7 } },
		.n = 2,
		.known = true,
		.listed = true };
	r.pattern[1] = (struct rig_pattern){ .known = true, .listed = true };
	r.pattern[3] = (struct rig_pattern){
		.hit = { { .off = 9, .len = 1 } }, .n = 1, .placed = true
	};
	r.rule[0] = COND_RULE_FALSE;
	r.rule[1] = COND_RULE_TRUE;
	r.rule[2] = COND_RULE_PENDING;
	r.ext[0] = (struct ext){ .type = EXT_INT, .i = -3 };
	r.ext[1] = (struct ext){ .type = EXT_FLOAT, .f = 0.5 };
	r.ext[2] = (struct ext){ .type = EXT_STR, .s = BYTES_LIT("ext") };
}

/* --- arithmetic --------------------------------------------------------------------- */

static const int64_t edges[] = { 0, 1, -1, 2, -2, 7, 31, 32, 62, 63, 64, 65, 255, -64,
	1LL << 32, -(1LL << 32), MAX, MAX - 1, MIN, MIN + 1, 0x5555555555555555, UNDEF_ };

/* What YARA's interpreter gives on a machine that wraps, in more bits than are needed. */
static int64_t
oracle(enum cond_op o, int64_t x, int64_t y)
{
	__int128 a = x, b = y;

	if (x == UNDEF_ || y == UNDEF_)
		return UNDEF_;
	switch (o) {
	case COND_ADD: return (int64_t)(uint64_t)(a + b);
	case COND_SUB: return (int64_t)(uint64_t)(a - b);
	case COND_MUL:
		return (int64_t)(uint64_t)((unsigned __int128)a * (unsigned __int128)b);
	case COND_DIV: return b == 0 || a / b > MAX ? UNDEF_ : (int64_t)(a / b);
	case COND_MOD: return b == 0 || a / b > MAX ? UNDEF_ : (int64_t)(a % b);
	case COND_BAND: return (int64_t)(a & b);
	case COND_BOR: return (int64_t)(a | b);
	case COND_BXOR: return (int64_t)(a ^ b);
	case COND_SHL:
		for (; b > 0 && a != 0; b--)
			a = (int64_t)((uint64_t)a << 1);
		return b < 0 ? UNDEF_ : (int64_t)a;
	case COND_SHR:
		if (b < 0)
			return UNDEF_;
		return b > 63 ? 0 : (int64_t)(a >> (int)b);
	default: abort();
	}
}

TEST(arithmetic)
{
	static const enum cond_op ops[] = { COND_ADD, COND_SUB, COND_MUL, COND_DIV,
		COND_MOD, COND_BAND, COND_BOR, COND_BXOR, COND_SHL, COND_SHR };

	world();
	for (size_t o = 0; o < COUNT(ops); o++)
		for (size_t i = 0; i < COUNT(edges); i++)
			for (size_t k = 0; k < COUNT(edges); k++) {
				ROW("%lld %s %lld", (long long)edges[i],
				    cond_ops[ops[o]].name, (long long)edges[k]);
				begin();
				num(1, edges[i]);
				num(2, edges[k]);
				op(ops[o], 0, 1, 2);
				gives(oracle(ops[o], edges[i], edges[k]));
				begin(); /* the result over an operand */
				num(0, edges[i]);
				num(2, edges[k]);
				op(ops[o], 0, 0, 2);
				gives(oracle(ops[o], edges[i], edges[k]));
			}
	rig_done(&r);
}

TEST(one_operand)
{
	static const struct {
		enum cond_op op;
		int64_t from, want;
	} rows[] = {
		{ COND_NEG, 1, -1 },
		{ COND_NEG, MIN, MIN },
		{ COND_NEG, MAX, -MAX },
		{ COND_NEG, UNDEF_, UNDEF_ },
		{ COND_BNOT, 0, -1 },
		{ COND_BNOT, MIN, MAX },
		{ COND_BNOT, UNDEF_, UNDEF_ },
		{ COND_MOVN, MIN, MIN },
		{ COND_MOVN, UNDEF_, UNDEF_ },
		{ COND_FLOAT, UNDEF_, UNDEF_ },
		{ COND_FNEG, UNDEF_, UNDEF_ },
	};

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s %lld", cond_ops[rows[i].op].name, (long long)rows[i].from);
		begin();
		num(1, rows[i].from);
		op(rows[i].op, 0, 1, 0);
		gives(rows[i].want);
	}
	begin();
	num(0, MAX);
	op(COND_INC, 0, 0, 0);
	gives(MIN);
	begin();
	op(COND_LDI, 0, 0, 0);
	word(0x80000000);
	gives(INT32_MIN);
	rig_done(&r);
}

TEST(floats)
{
	const double inf = HUGE_VAL, eps = DBL_EPSILON;
	/* clang-format off */
	const struct { enum cond_op op; double a, b, want; } rows[] = {
		{ COND_FADD, DBL_MAX, DBL_MAX, inf }, { COND_FADD, 1, eps / 2, 1 },
		{ COND_FADD, inf, -inf, NAN }, { COND_FSUB, 0.0, 0.0, 0.0 },
		{ COND_FSUB, inf, inf, NAN }, { COND_FMUL, 0.0, inf, NAN },
		{ COND_FMUL, DBL_MIN, DBL_MIN, 0 }, { COND_FMUL, -1, 0.0, -0.0 },
		{ COND_FDIV, 1, 0.0, inf }, { COND_FDIV, -1, 0.0, -inf },
		{ COND_FDIV, 0.0, 0.0, NAN }, { COND_FDIV, 1, inf, 0 },
	};
	/* clang-format on */

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%g %s %g", rows[i].a, cond_ops[rows[i].op].name, rows[i].b);
		begin();
		flt(1, rows[i].a);
		flt(2, rows[i].b);
		op(rows[i].op, 0, 1, 2);
		EQ_U(run(), COND_TRUE);
		double have = cond_float(r.vm->num[0]);
		CHECK(isnan(rows[i].want) ? isnan(have)
					  : cond_bits(rows[i].want) == cond_bits(have));
		/* undefined on either side is undefined, and a NaN of arithmetic is not
		 */
		CHECK(r.vm->num[0] != UNDEF_);
		for (unsigned side = 1; side <= 2; side++) {
			begin();
			flt(3 - side, rows[i].a);
			op(rows[i].op, 0, 1, 2);
			gives(UNDEF_);
		}
	}
	for (size_t i = 0; i < COUNT(edges); i++) {
		ROW("float %lld", (long long)edges[i]);
		begin();
		num(1, edges[i]);
		op(COND_FLOAT, 2, 1, 0);
		op(COND_FNEG, 0, 2, 0);
		gives(edges[i] == UNDEF_ ? UNDEF_ : cond_bits(-(double)edges[i]));
	}
	rig_done(&r);
}

/* --- comparisons -------------------------------------------------------------------- */

TEST(comparing_numbers)
{
	world();
	for (size_t i = 0; i < COUNT(edges); i++)
		for (size_t k = 0; k < COUNT(edges); k++)
			for (uint32_t rel = COND_EQ; rel <= COND_GE; rel++) {
				int64_t a = edges[i], b = edges[k];
				/* clang-format off */
				const bool is[] = { a == b, a != b, a < b, a <= b, a > b, a >= b };
				/* clang-format on */
				char want =
				    a == UNDEF_ || b == UNDEF_ ? 'u' : "ft"[is[rel]];

				ROW("%lld %u %lld", (long long)a, rel, (long long)b);
				begin();
				num(1, a);
				num(2, b);
				op(COND_CMP, 1, 2, rel);
				stay();
				comes_to(want);
				if ((int32_t)b != b)
					continue;
				begin();
				num(1, a);
				op(COND_CMPI, 1, 0, rel);
				word((uint32_t)b);
				stay();
				comes_to(want);
			}
	rig_done(&r);
}

/* clang-format off */
/* The letters of == != < <= > >= same other. */
static const struct { double a, b; const char *want; } float_rows[] = {
	{ 1, 1, "tfftfttf" }, { 1, 2, "ftttffft" }, { 2, 1, "ftffttft" },
	/* nearer than epsilon is equal, and less all the same */
	{ 0.3, 0.1 + 0.2, "tfttffft" }, { 0.1 + 0.2, 0.3, "tfffttft" },
	{ 0.0, -0.0, "tfftfttf" }, { 0, DBL_EPSILON, "ftttffft" },
	/* two infinities are neither equal nor not */
	{ HUGE_VAL, HUGE_VAL, "ffftfttf" }, { -HUGE_VAL, HUGE_VAL, "ftttffft" },
};
/* clang-format on */

TEST(comparing_floats)
{
	world();
	for (size_t i = 0; i < COUNT(float_rows); i++)
		for (uint32_t rel = 0; rel < COND_NRELS; rel++) {
			ROW("%g %u %g", float_rows[i].a, rel, float_rows[i].b);
			begin();
			flt(1, float_rows[i].a);
			flt(2, float_rows[i].b);
			op(COND_FCMP, 1, 2, rel);
			stay();
			comes_to(float_rows[i].want[rel]);
		}
	for (uint32_t rel = 0; rel < COND_NRELS; rel++)
		for (unsigned side = 1; side <= 2; side++) {
			ROW("undefined, relation %u", rel);
			begin();
			flt(side, 1);
			op(COND_FCMP, 1, 2, rel);
			stay();
			comes_to(rel == COND_LT ? 'f' : 'u'); /* as in YARA, only there */
		}
	rig_done(&r);
}

/* clang-format off */
static const struct { const char *a, *b; const char *want; } str_rows[] = {
	/* == != < <= > >=; contains icontains starts istarts ends iends iequals */
	{ "abc", "abc", "tfftft" "ttttttt" },
	{ "abc", "ABC", "ftffttf" "tftftt" },
	{ "abc", "ab",  "ftfftt" "ttttfff" },
	{ "abc", "bc",  "ftttff" "ttffttf" },
	{ "abc", "",    "ftfftt" "ttttttf" },
	{ "",    "",    "tfftft" "ttttttt" },
	{ "",    "a",   "ftttff" "fffffff" },
	{ "xabcx", "B", "ftfftt" "ftfffff" },
	{ "a\xff", "a\x7f", "ftttff" "fffffff" }, /* signed, as in YARA */
	{ "ababac", "abac", "ftttff" "ttffttf" },
	{ NULL, "a", "uuuuuu" "uuuuuuu" }, { "a", NULL, "uuuuuu" "uuuuuuu" },
};
/* clang-format on */

TEST(strings)
{
	world();
	for (size_t i = 0; i < COUNT(str_rows); i++)
		for (uint32_t q = 0; q < 6 + COND_NSTRS; q++) {
			ROW("'%s' %u '%s'", str_rows[i].a, q, str_rows[i].b);
			begin();
			str(1, str_rows[i].a);
			str(2, str_rows[i].b);
			op(q < 6 ? COND_SCMP : COND_STR, 1, 2, q < 6 ? q : q - 6);
			stay();
			comes_to(str_rows[i].want[q]);
		}
	rig_done(&r);
}

static const struct {
	enum cond_op op;
	bool set;
	char want;
} truths[] = { { COND_TRUEN, true, 't' }, { COND_TRUEN, false, 'u' },
	{ COND_TRUES, true, 't' }, { COND_TRUES, false, 'u' }, { COND_DEFN, true, 't' },
	{ COND_DEFN, false, 'f' }, { COND_DEFS, true, 't' }, { COND_DEFS, false, 'f' },
	{ COND_DEFO, true, 't' }, { COND_DEFO, false, 'f' } };

TEST(truth)
{
	world();
	for (size_t i = 0; i < COUNT(truths); i++) {
		bool n = truths[i].op == COND_TRUEN || truths[i].op == COND_DEFN;

		ROW("%s %d", cond_ops[truths[i].op].name, truths[i].set);
		begin();
		if (truths[i].set && truths[i].op == COND_DEFO) {
			op(COND_MODULE, ROOT, 0, 0);
			word(0);
		} else if (truths[i].set && n)
			num(0, MIN);
		else if (truths[i].set)
			str(0, "x");
		op(truths[i].op, 0, 0, 0);
		stay();
		op(COND_AGAIN, 0, 0, 0);
		stay();
		comes_to(truths[i].want);
	}
	begin();
	str(0, "");
	str(1, "y");
	op(COND_MOVS, 1, 0, 0);
	op(COND_TRUES, 1, 0, 0);
	stay();
	comes_to('f');
	rig_done(&r);
}

/* --- the object --------------------------------------------------------------------- */

/* The bytes of the file one by one. */
static int64_t
read_oracle(uint32_t how, int64_t off)
{
	uint64_t n = 1u << (how & COND_READ_WIDTH), v = 0;
	double d;
	float f;

	if (off < 0 || (uint64_t)off >= sizeof(file) || sizeof(file) - (uint64_t)off < n)
		return UNDEF_;
	for (uint64_t i = 0; i < n; i++)
		v |= (uint64_t)file[(uint64_t)off + i]
		     << 8 * (how & COND_READ_BIG ? n - 1 - i : i);
	if (how & COND_READ_FLOAT && n == 4) {
		uint32_t bits = (uint32_t)v;

		memcpy(&f, &bits, sizeof(f));
		d = f;
		memcpy(&v, &d, sizeof(v));
	} else if (how & COND_READ_FLOAT)
		memcpy(&d, &v, sizeof(d));
	if (how & COND_READ_FLOAT)
		return isnan(d) ? UNDEF_ : (int64_t)v;
	return how & COND_READ_SIGN ? (int64_t)(v << (64 - 8 * n)) >> (64 - 8 * n)
				    : (int64_t)v;
}

TEST(reading)
{
	static const int64_t far[] = { MIN, -1, MAX, MAX - 7, 1LL << 32, UNDEF_ };

	world();
	for (uint32_t how = 0; how < COND_READ_END; how++) {
		if (how & COND_READ_FLOAT && (how & COND_READ_WIDTH) < 2)
			continue;
		for (int64_t k = 0; k <= (int64_t)(sizeof(file) + COUNT(far)); k++) {
			int64_t off = k <= (int64_t)sizeof(file)
					  ? k
					  : far[k - (int64_t)sizeof(file) - 1];
			int64_t want = read_oracle(how, off);

			ROW("read %u at %lld", how, (long long)off);
			begin();
			num(1, off);
			op(COND_READ, 0, 1, how);
			gives(want);
			if (off < 0 || off > UINT32_MAX)
				continue;
			begin();
			op(COND_READK, 0, 0, how);
			word((uint32_t)off);
			op(COND_READCMP, 0, how, COND_EQ);
			word((uint32_t)off);
			word((uint32_t)want);
			word((uint32_t)((uint64_t)want >> 32));
			stay();
			comes_to(want == UNDEF_ ? 'u' : 't');
			EQ_I(r.vm->num[0], want);
		}
	}
	rig_done(&r);
}

TEST(object)
{
	struct region whole = { .base = 4096, .data = { file, sizeof(file) } };
	struct regions process = { &whole, 1 };

	world();
	begin();
	op(COND_SIZE, 0, 0, 0);
	op(COND_ENTRY, 1, 0, 0);
	op(COND_SIZECMP, 0, 0, COND_LE);
	word(sizeof(file));
	word(0);
	stay();
	comes_to('t');
	EQ_I(r.vm->num[0], sizeof(file));
	EQ_I(r.vm->num[1], UNDEF_);
	/* of a process there is no size, and offsets are addresses */
	r.env.regions = &process;
	comes_to('u');
	EQ_I(r.vm->num[0], UNDEF_);
	for (int64_t at = -1; at <= (int64_t)sizeof(file); at++) {
		begin();
		num(1, 4096 + at);
		op(COND_READ, 0, 1, 0);
		gives(at >= 0 && at < (int64_t)sizeof(file) ? file[at] : UNDEF_);
	}
	rig_done(&r);
}

TEST(externals)
{
	static const struct {
		uint32_t at;
		bool text;
		int64_t want;
	} rows[] = { { 0, false, -3 }, { 2, false, UNDEF_ }, { 0, true, 0 },
		{ 2, true, 3 } };

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin();
		op(rows[i].text ? COND_EXTS : COND_EXTN, 0, 0, 0);
		word(rows[i].at);
		EQ_U(run(), COND_TRUE);
		if (rows[i].text)
			EQ_U(r.vm->str[0].n, (uint64_t)rows[i].want);
		else
			EQ_I(r.vm->num[0], rows[i].want);
	}
	begin();
	op(COND_EXTN, 0, 0, 0);
	word(1);
	gives(cond_bits(0.5));
	r.env.nexts = 1; /* fewer than the database names */
	gives(UNDEF_);
	rig_done(&r);
}

/* --- patterns ----------------------------------------------------------------------- */

/* clang-format off */
static const struct { uint32_t pattern; int64_t i, off, len; char end; } nth_rows[] = {
	{ 0, 1, 64, 4, 't' }, { 0, 2, 70, 7, 't' }, { 0, 3, UNDEF_, UNDEF_, 't' }, { 0, 0, UNDEF_, UNDEF_, 't' },
	{ 0, -1, UNDEF_, UNDEF_, 't' }, { 0, MIN, UNDEF_, UNDEF_, 't' }, { 0, MAX, UNDEF_, UNDEF_, 't' },
	{ 0, UNDEF_, UNDEF_, UNDEF_, 't' }, { 1, 1, UNDEF_, UNDEF_, 't' }, { 2, 1, 0, 0, 'n' },
	{ 2, 0, UNDEF_, UNDEF_, 't' }, /* no such match, whatever is found */
};

/* How many start there, and is there one: in lo..hi. */
static const struct { uint32_t pattern; int64_t lo, hi, n; char in; } in_rows[] = {
	{ 0, 0, MAX, 2, 't' }, { 0, 64, 64, 1, 't' }, { 0, 65, 69, 0, 'f' }, { 0, 65, 70, 1, 't' },
	{ 0, MIN, MAX, 2, 't' }, { 0, MIN, -1, 0, 'f' }, { 0, -5, 64, 1, 't' }, { 0, 70, 64, 0, 'f' },
	{ 0, MAX, MAX, 0, 'f' }, { 0, UNDEF_, 64, UNDEF_, 'u' }, { 0, 64, UNDEF_, UNDEF_, 'u' },
	{ 1, 0, MAX, 0, 'f' }, { 2, 5, 4, 0, 'f' },
};

/* Of what was not searched, places are asked, when they are few. */
static const struct { int64_t lo, hi; char want; } near_rows[] = {
	{ 9, 9, 't' }, { 0, 9, 't' }, { 0, 127, 't' }, { 0, 128, 'n' }, { 10, 137, 'f' }, { MIN, 9, 't' },
	{ MIN, 8, 'f' }, { MAX, MAX, 'f' }, { MAX - 5, MAX, 'f' }, { MAX - 127, MAX, 'f' }, { MAX - 128, MAX, 'n' },
};
/* clang-format on */

TEST(matches_by_number)
{
	world();
	for (size_t i = 0; i < COUNT(nth_rows); i++)
		for (unsigned reg = 0; reg < 2; reg++) {
			ROW("match %lld of $%u", (long long)nth_rows[i].i,
			    nth_rows[i].pattern);
			begin();
			num(1, nth_rows[i].i);
			num(3, nth_rows[i].pattern);
			op(COND_OFFSET, 0, 1, 0);
			word(reg ? COND_PAT_REG | 3 : nth_rows[i].pattern);
			op(COND_LENGTH, 2, 1, 0);
			word(reg ? COND_PAT_REG | 3 : nth_rows[i].pattern);
			if (nth_rows[i].end == 'n') {
				comes_to('n');
				continue;
			}
			gives(nth_rows[i].off);
			EQ_I(r.vm->num[2], nth_rows[i].len);
		}
	/* a register that names no pattern names none that matches */
	for (size_t i = 0; i < COUNT(edges); i++) {
		if (edges[i] >= 0 && edges[i] < RIG_PATTERNS)
			continue;
		ROW("pattern %lld", (long long)edges[i]);
		begin();
		num(1, edges[i]);
		op(COND_COUNT, 0, 0, 0);
		word(COND_PAT_REG | 1);
		op(COND_FOUND, 0, 0, 0);
		word(COND_PAT_REG | 1);
		stay();
		comes_to('f');
		EQ_I(r.vm->num[0], 0);
	}
	rig_done(&r);
}

TEST(matches_in_ranges)
{
	world();
	for (size_t i = 0; i < COUNT(in_rows); i++) {
		ROW("$%u in %lld..%lld", in_rows[i].pattern, (long long)in_rows[i].lo,
		    (long long)in_rows[i].hi);
		begin();
		num(1, in_rows[i].lo);
		num(2, in_rows[i].hi);
		op(COND_COUNTIN, 0, 1, 2);
		word(in_rows[i].pattern);
		op(COND_IN, 1, 2, 0);
		word(in_rows[i].pattern);
		stay();
		comes_to(in_rows[i].in);
		EQ_I(r.vm->num[0], in_rows[i].n);
	}
	for (size_t i = 0; i < COUNT(near_rows); i++) {
		ROW("$3 in %lld..%lld", (long long)near_rows[i].lo,
		    (long long)near_rows[i].hi);
		begin();
		num(1, near_rows[i].lo);
		num(2, near_rows[i].hi);
		op(COND_IN, 1, 2, 0);
		word(3);
		stay();
		comes_to(near_rows[i].want);
	}
	rig_done(&r);
}

TEST(matches_at_places)
{
	/* clang-format off */
	static const struct { uint32_t pattern; int64_t at; char want; } rows[] = {
		{ 0, 64, 't' }, { 0, 65, 'f' }, { 0, -1, 'f' }, { 0, MIN, 'f' }, { 0, MAX, 'f' },
		{ 0, UNDEF_, 'u' }, { 1, 0, 'f' }, { 2, 0, 'n' }, { 2, -1, 'f' }, { 3, 9, 't' }, { 3, 8, 'f' },
	};
	/* clang-format on */

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("$%u at %lld", rows[i].pattern, (long long)rows[i].at);
		begin();
		num(1, rows[i].at);
		op(COND_AT, 1, 0, 0);
		word(rows[i].pattern);
		stay();
		comes_to(rows[i].want);
	}
	rig_done(&r);
}

TEST(counts)
{
	static const int32_t by[] = { INT32_MIN, -1, 0, 1, 2, 3, INT32_MAX };

	world();
	for (size_t i = 0; i < COUNT(by); i++)
		for (uint32_t rel = COND_EQ; rel <= COND_GE; rel++) {
			int32_t b = by[i];
			/* clang-format off */
			const bool is[] = { 2 == b, 2 != b, 2 < b, 2 <= b, 2 > b, 2 >= b };
			/* clang-format on */

			ROW("#0 %u %d", rel, b);
			begin();
			op(COND_CNTCMP, 0, 0, rel);
			word(0);
			word((uint32_t)b);
			stay();
			comes_to("ft"[is[rel]]);
		}
	begin();
	op(COND_COUNT, 0, 0, 0);
	word(2);
	comes_to('n');
	rig_done(&r);
}

/* Lists of patterns and rules: found, not found, unknown; any number may be needed. */
TEST(lists)
{
	/* clang-format off */
	static const struct { enum cond_op op; uint32_t list[4], n, need; char want; } rows[] = {
		{ COND_OF, { 0, 1 }, 2, 0, 't' }, { COND_OF, { 0, 1 }, 2, 1, 't' }, { COND_OF, { 0, 1 }, 2, 2, 'f' },
		{ COND_OF, { 0, 1 }, 2, 3, 'f' }, { COND_OF, { 0, 1 }, 2, UINT32_MAX, 'f' }, { COND_OF, { 0 }, 0, 0, 't' },
		{ COND_OF, { 0 }, 0, 1, 'f' }, { COND_OF, { 2, 0 }, 2, 1, 't' }, { COND_OF, { 2, 1 }, 2, 1, 'n' },
		{ COND_OF, { 2, 1 }, 2, 2, 'f' }, { COND_OF, { 0, 0, 0, 0 }, 4, 4, 't' },
		{ COND_OFRULE, { 0, 1 }, 2, 1, 't' }, { COND_OFRULE, { 0, 1 }, 2, 2, 'f' }, { COND_OFRULE, { 2, 0 }, 2, 1, 'n' },
		{ COND_OFRULE, { 2, 1 }, 2, 1, 't' }, { COND_OFRULE, { 0 }, 0, 0, 't' }, { COND_OFRULE, { 1 }, 1, UINT32_MAX, 'f' },
		{ COND_OFAT, { 0, 1 }, 2, 1, 't' }, { COND_OFAT, { 0, 0 }, 2, 2, 't' }, { COND_OFAT, { 1, 3 }, 2, 1, 'f' },
		{ COND_OFIN, { 0, 1 }, 2, 1, 't' }, { COND_OFIN, { 1, 3 }, 2, 1, 'f' }, { COND_OFIN, { 0, 2 }, 2, 2, 'n' },
	};
	/* clang-format on */

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s, row %zu", cond_ops[rows[i].op].name, i);
		begin();
		num(1, 64);
		num(2, 70);
		op(rows[i].op, rows[i].op == COND_OFAT || rows[i].op == COND_OFIN,
		    rows[i].op == COND_OFIN ? 2 : 0, 0);
		word(rows[i].n);
		word(rows[i].need);
		for (uint32_t k = 0; k < rows[i].n; k++)
			word(rows[i].list[k]);
		stay();
		comes_to(rows[i].want);
	}
	for (uint32_t rule = 0; rule < 3; rule++) {
		begin();
		op(COND_RULE, 0, 0, 0);
		word(rule);
		stay();
		comes_to("ftn"[rule]);
	}
	/* an undefined place: of no pattern is it known */
	begin();
	op(COND_OFIN, 1, 2, 0);
	word(1);
	word(1);
	word(0);
	stay();
	comes_to('u');
	rig_done(&r);
}

/* A guess: what is unknown comes out for the rule, then against it. */
TEST(guesses)
{
	/* clang-format off */
	static const struct { uint32_t hint; unsigned on_true, on_false; enum cond_result want; } rows[] = {
		{ COND_HELPS, 1, 0, COND_NEED }, { COND_HELPS, 1, 1, COND_TRUE }, { COND_HELPS, 0, 0, COND_FALSE },
		{ COND_HURTS, 0, 1, COND_NEED }, { COND_HURTS, 0, 0, COND_FALSE }, { 0, 1, 1, COND_NEED },
	};
	/* clang-format on */

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("row %zu", i);
		begin();
		op(COND_FOUND, 0, 0, 0);
		word(2);
		word(COND_ON_TRUE | rows[i].hint | (ncode + 2) << COND_TARGET_SHIFT);
		op(COND_RET, rows[i].on_false, 0, 0);
		op(COND_RET, rows[i].on_true, 0, 0);
		load((struct bytes){ (const uint8_t *)code, ncode * sizeof(code[0]) });
		EQ_U(rig_run(&r), rows[i].want);
		CHECK(cond_hangs_on(r.vm, RIG_RULES, 2) == (rows[i].on_false == 0));
		EQ_U(rig_run(&r), rows[i].want); /* supposing changed nothing */
	}
	rig_done(&r);
}

/* --- quantifiers and loops ---------------------------------------------------------- */

TEST(quantifiers)
{
	/* clang-format off */
	static const struct { enum cond_op op; int64_t yes, all, want; char is; } rows[] = {
		{ COND_QUANT, 0, 3, 0, 't' }, { COND_QUANT, 1, 3, 0, 'f' }, { COND_QUANT, 1, 3, 1, 't' },
		{ COND_QUANT, 1, 3, 2, 'f' }, { COND_QUANT, 3, 3, UNDEF_, 't' }, { COND_QUANT, 2, 3, UNDEF_, 'f' },
		{ COND_QUANT, 0, 3, -1, 't' }, { COND_QUANT, 0, 0, 0, 't' }, { COND_QUANT, 3, 3, MAX, 'f' },
		{ COND_QUANT, 3, 3, MIN, 't' },
		{ COND_PERCENT, 1, 2, 50, 't' }, { COND_PERCENT, 1, 2, 51, 'f' }, { COND_PERCENT, 1, 3, 33, 't' },
		{ COND_PERCENT, 1, 3, 34, 'f' }, { COND_PERCENT, 0, 0, 50, 'u' }, { COND_PERCENT, 1, 2, UNDEF_, 'u' },
		{ COND_PERCENT, 0, 2, 0, 't' }, { COND_PERCENT, 2, 2, 100, 't' }, { COND_PERCENT, 2, 2, MAX, 'f' },
	};
	/* clang-format on */

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s %lld %lld %lld", cond_ops[rows[i].op].name,
		    (long long)rows[i].yes, (long long)rows[i].all,
		    (long long)rows[i].want);
		begin();
		num(1, rows[i].yes);
		num(2, rows[i].all);
		num(3, rows[i].want);
		op(rows[i].op, 1, 2, 3);
		stay();
		comes_to(rows[i].is);
	}
	rig_done(&r);
}

/* From a to b: the rounds that it takes, where a range is one at all. */
TEST(loops)
{
	/* clang-format off */
	static const struct { int64_t a, b; char range; int64_t rounds; } rows[] = {
		{ 1, 3, 't', 3 }, { 3, 3, 't', 1 }, { 4, 3, 'f', 1 }, { MAX, MAX, 't', 1 }, { MAX - 2, MAX, 't', 3 },
		{ MIN, MIN + 1, 't', 2 }, { UNDEF_, 3, 'f', 0 }, { 1, UNDEF_, 'f', 0 },
	};
	/* clang-format on */

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t again;

		ROW("%lld..%lld", (long long)rows[i].a, (long long)rows[i].b);
		begin();
		num(1, rows[i].a);
		num(2, rows[i].b);
		op(COND_RANGE, 1, 2, 0);
		stay();
		comes_to(rows[i].range);
		if (rows[i].rounds == 0)
			continue;
		begin();
		num(0, 0);
		num(1, rows[i].a);
		num(2, rows[i].b);
		again = ncode;
		op(COND_INC, 0, 0, 0);
		op(COND_NEXT, 1, 2, 0);
		word(again << COND_TARGET_SHIFT);
		gives(rows[i].rounds);
	}
	/* a round costs: without end it ends */
	begin();
	num(1, MIN);
	num(2, MAX);
	op(COND_NEXT, 1, 2, 0);
	word((ncode - 1) << COND_TARGET_SHIFT);
	comes_to('l');
	rig_done(&r);
}

TEST(choices)
{
	world();
	for (size_t i = 0; i < COUNT(edges); i++) {
		bool in = edges[i] >= 0 && edges[i] < 3;
		uint32_t at;

		ROW("%lld", (long long)edges[i]);
		begin();
		num(1, edges[i]);
		op(COND_PICK, 0, 1, 0);
		word(3);
		word(1);
		word(5);
		word(4);
		word(3);
		gives(in ? 5 - edges[i] : UNDEF_);
		/* each case loads its number; behind all of them is the one for none */
		begin();
		num(0, 9);
		num(1, edges[i]);
		at = ncode + 5;
		op(COND_SWITCH, 1, 0, 0);
		word(3);
		for (uint32_t k = 0; k < 3; k++)
			word((at + 2 + 4 * k) << COND_TARGET_SHIFT);
		op(COND_JUMP, 0, 0, 0);
		word((at + 14) << COND_TARGET_SHIFT);
		for (uint32_t k = 0; k < 3; k++) {
			op(COND_LDI, 0, 0, 0);
			word(k);
			op(COND_JUMP, 0, 0, 0);
			word((at + 14) << COND_TARGET_SHIFT);
		}
		gives(in ? edges[i] : 9);
	}
	rig_done(&r);
}

/* --- modules ------------------------------------------------------------------------ */

static void
facts(void)
{
	struct rig_facts *f = &r.facts;

	f->a = 41;
	f->f = 2.5;
	f->s = BYTES_LIT("text");
	f->in = (struct rig_in){ 17, BYTES_LIT("inner") };
	f->recognised = true;
	f->row[0].v = 100;
	f->row[2].v = 102;
	f->rows = (struct fact_array){ f->row, 3 };
	f->pair[0] = (struct rig_pair){ BYTES_LIT("one"), 1 };
	f->pair[1] = (struct rig_pair){ BYTES_LIT("two"), 2 };
	f->pairs = (struct fact_array){ f->pair, 2 };
}

static void
field(enum cond_op o, uint32_t to, uint32_t object, enum path_name p, size_t off)
{
	op(o, to, object, 0);
	word(paths[p]);
	word((uint32_t)off);
}

/* Each field of a module that is there, and of an object that is not. */
TEST(fields)
{
	world();
	facts();
	for (unsigned there = 0; there < 2; there++) {
		ROW("%s", there ? "there" : "not there");
		begin();
		if (there) {
			op(COND_MODULE, ROOT, 0, 0);
			word(0);
		}
		field(COND_FIELDN, 0, ROOT, AT_A, offsetof(struct rig_facts, a));
		field(COND_FIELDF, 1, ROOT, AT_F, offsetof(struct rig_facts, f));
		field(COND_FIELDS, 0, ROOT, AT_S, offsetof(struct rig_facts, s));
		field(COND_FIELDN, 2, ROOT, AT_PART_X,
		    offsetof(struct rig_facts, in) + offsetof(struct rig_in, x));
		field(COND_LEN, 3, ROOT, AT_ROWS, offsetof(struct rig_facts, rows));
		gives(there ? 41 : UNDEF_);
		EQ_I(r.vm->num[1], there ? cond_bits(2.5) : UNDEF_);
		EQ_I(r.vm->num[2], there ? 17 : UNDEF_);
		EQ_I(r.vm->num[3], there ? 3 : 0);
		EQ_B(r.vm->str[0], there ? BYTES_LIT("text") : BYTES_LIT(""));
		CHECK((r.vm->str[0].p != NULL) == there);
	}
	r.facts.f = -NAN; /* any of them, whatever its bits */
	begin();
	op(COND_MODULE, ROOT, 0, 0);
	word(0);
	field(COND_FIELDF, 0, ROOT, AT_F, offsetof(struct rig_facts, f));
	gives(UNDEF_);
	rig_done(&r);
}

TEST(elements)
{
	static const char *const keys[] = { "one", "two", "On", "", NULL };

	world();
	facts();
	for (size_t i = 0; i < COUNT(edges); i++) {
		bool in = edges[i] >= 0 && edges[i] < 3;

		ROW("row %lld", (long long)edges[i]);
		begin();
		op(COND_MODULE, ROOT, 0, 0);
		word(0);
		num(1, edges[i]);
		field(COND_ELEM, ROW_, ROOT, AT_ROWS, offsetof(struct rig_facts, rows));
		code[ncode - 3] |= 1 << 24;
		word(sizeof(struct rig_row));
		field(COND_FIELDN, 0, ROW_, AT_ROW_V, offsetof(struct rig_row, v));
		gives(in ? r.facts.row[edges[i]].v : UNDEF_);
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		ROW("key '%s'", keys[i]);
		begin();
		op(COND_MODULE, ROOT, 0, 0);
		word(0);
		str(1, keys[i]);
		field(
		    COND_KEYED, PAIR, ROOT, AT_PAIRS, offsetof(struct rig_facts, pairs));
		code[ncode - 3] |= 1 << 24;
		word(sizeof(struct rig_pair));
		field(COND_FIELDN, 0, PAIR, AT_PAIR_VALUE,
		    offsetof(struct rig_pair, value));
		op(COND_KEY, 2, PAIR, 0);
		gives(i < 2 ? (int64_t)i + 1 : UNDEF_);
		EQ_B(r.vm->str[2], bytes_of(i < 2 ? keys[i] : ""));
	}
	rig_done(&r);
}

static void
call(enum cond_op o, enum path_name p, size_t off, uint32_t first, uint32_t second)
{
	field(o, 0, ROOT, p, off);
	word(first);
	word(second);
	word(0);
	word(0);
}

TEST(calls)
{
	static const int64_t args[][3] = { { 1, 2, 3 }, { MAX, 1, MIN },
		{ UNDEF_, 1, UNDEF_ }, { 1, UNDEF_, UNDEF_ } };

	world();
	facts();
	for (size_t i = 0; i < COUNT(args); i++) {
		ROW("add %lld", (long long)args[i][0]);
		begin();
		op(COND_MODULE, ROOT, 0, 0);
		word(0);
		num(1, args[i][0]);
		num(2, args[i][1]);
		call(COND_CALLN, AT_ADD, 0, 1, 2);
		gives(args[i][2]);
		begin(); /* of no object */
		num(1, 1);
		num(2, 2);
		call(COND_CALLN, AT_ADD, 0, 1, 2);
		gives(UNDEF_);
	}
	begin();
	op(COND_MODULE, ROOT, 0, 0);
	word(0);
	op(COND_LOAD, 0, 0, 0);
	word(paths[AT_ROWS]);
	call(COND_CALLS, AT_NAME, offsetof(struct rig_facts, in), 0, 0);
	EQ_U(run(), COND_TRUE);
	EQ_B(r.vm->str[0], BYTES_LIT("inner"));
	CHECK(r.facts.loads > 0);
	/* a NaN that a function gives is undefined */
	begin();
	op(COND_MODULE, ROOT, 0, 0);
	word(0);
	flt(1, NAN);
	call(COND_CALLN, AT_HALF, 0, 1, 0);
	gives(UNDEF_);
	rig_done(&r);
}

TEST(regex)
{
	static const struct {
		const char *s;
		char want;
	} rows[] = { { NULL, 'u' }, { "", 'f' } };

	world();
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin();
		str(1, rows[i].s);
		op(COND_MATCHES, 1, 0, 0);
		word(0);
		stay();
		if (rows[i].want == 'u')
			comes_to('u');
		else
			CHECK(run() <= COND_LIMIT);
	}
	rig_done(&r);
}

/* --- code that is not believed ------------------------------------------------------ */

/* One of nearly everything, in one rule. */
static void
everything(void)
{
	uint32_t again;

	begin();
	op(COND_MODULE, ROOT, 0, 0);
	word(0);
	num(1, 2);
	num(2, 5);
	str(1, "one");
	field(COND_FIELDN, 0, ROOT, AT_A, offsetof(struct rig_facts, a));
	field(COND_FIELDS, 2, ROOT, AT_S, offsetof(struct rig_facts, s));
	field(COND_ELEM, ROW_, ROOT, AT_ROWS, offsetof(struct rig_facts, rows));
	code[ncode - 3] |= 1 << 24;
	word(sizeof(struct rig_row));
	field(COND_KEYED, PAIR, ROOT, AT_PAIRS, offsetof(struct rig_facts, pairs));
	code[ncode - 3] |= 1 << 24;
	word(sizeof(struct rig_pair));
	op(COND_KEY, 2, PAIR, 0);
	call(COND_CALLN, AT_ADD, 0, 1, 2);
	again = ncode;
	op(COND_READ, 3, 1, 0);
	op(COND_OF, 0, 0, 0);
	word(2);
	word(1);
	word(0);
	word(1);
	stay();
	op(COND_PICK, 4, 1, 0);
	word(2);
	word(1);
	word(0);
	word(1);
	op(COND_COUNT, 3, 0, 0);
	word(COND_PAT_REG | 4);
	op(COND_IN, 1, 2, 0);
	word(3);
	stay();
	op(COND_NEXT, 1, 2, 0);
	word(again << COND_TARGET_SHIFT);
	op(COND_SWITCH, 2, 0, 0);
	word(1);
	word((ncode + 1) << COND_TARGET_SHIFT);
	op(COND_EXTN, 5, 0, 0);
	word(0);
	op(COND_RET, 1, 0, 0);
}

/*
 * Cut at any word, or with any bit changed: it is refused, or it ends, with all that it
 * touches where it should be (a sanitizer looks).
 */
TEST(damaged)
{
	static uint32_t whole[COUNT(code)];
	uint32_t n;
	unsigned refused = 0;

	world();
	facts();
	everything();
	n = ncode;
	memcpy(whole, code, sizeof(code));
	r.env.max_steps = 20000;
	load((struct bytes){ (const uint8_t *)whole, n * 4 });
	EQ_U(rig_run(&r), COND_TRUE);
	for (uint32_t cut = 0; cut < n; cut++) {
		ROW("cut at %u", cut);
		load(test_copy((struct bytes){ (const uint8_t *)whole, cut * 4 }));
		EQ_U(rig_run(&r), COND_LIMIT);
	}
	for (uint32_t bit = 0; bit < n * 32; bit++) {
		enum cond_result e;

		ROW("word %u, bit %u", bit / 32, bit % 32);
		whole[bit / 32] ^= 1u << bit % 32;
		load((struct bytes){ (const uint8_t *)whole, n * 4 });
		e = rig_run(&r);
		refused += e == COND_LIMIT;
		CHECK(e <= COND_LIMIT);
		whole[bit / 32] ^= 1u << bit % 32;
	}
	CHECK(refused > n * 8);
	rig_done(&r);
}

/* The last test: none of cond_ops.def was left out. */
TEST(all_instructions)
{
	for (unsigned o = 0; o < COND_NOPS; o++) {
		ROW("%s", cond_ops[o].name);
		CHECK(ran[o]);
	}
}
