/*
 * The module `math`: statistics of bytes, and small arithmetic.
 *
 * Most functions of a range ask only how often each byte occurs, and rules ask
 * about the same range again and again, so the last count is kept for the object.
 * Sums are taken in the order YARA takes them: doubles come out the same. The
 * bytes of a string argument are signed in YARA, but for the entropy; 4.2.3 was
 * asked, and math.mean("\\xff") is -1.
 */
#include <inttypes.h>
#include <math.h>

#include "format/format.h"

#define PI 3.141592653589793

/* Counters to clear and to sum, whatever the range: about as much as 1 KB read. */
#define SETUP 512

/* How often each byte occurs in a range. */
struct counts {
	uint64_t of[256], all;
};

/* No rule reads a field of it: only the functions do. */
struct math_facts {
	struct counts counts;
	int64_t offset, length;
	bool used;
};

/* A range that starts in the file, cut at its end; false: undefined. */
static bool
range_of(struct fact_call *c, int64_t offset, int64_t length, struct bytes *out)
{
	struct bytes rest = fact_from(c, offset);

	if (length < 0 || rest.n == 0)
		return false;
	*out = bytes_clip(rest, 0, (uint64_t)length);
	return true;
}

/* Four tables, so that runs of one byte do not wait for their own counter. */
static void
count_bytes(struct bytes b, struct counts *out)
{
	uint32_t part[4][256];
	size_t i = 0;

	memset(out, 0, sizeof(*out));
	while (i < b.n) {
		size_t end = b.n - i > UINT32_MAX ? i + UINT32_MAX : b.n;

		memset(part, 0, sizeof(part));
		for (; i + 4 <= end; i += 4) {
			part[0][b.p[i]]++;
			part[1][b.p[i + 1]]++;
			part[2][b.p[i + 2]]++;
			part[3][b.p[i + 3]]++;
		}
		for (; i < end; i++)
			part[0][b.p[i]]++;
		for (size_t v = 0; v < 256; v++)
			out->of[v] +=
			    (uint64_t)part[0][v] + part[1][v] + part[2][v] + part[3][v];
	}
	out->all = b.n;
}

/*
 * The counts of a range, into keep when it has no memory; NULL: undefined, or the budget
 * is spent. Charged half a step a byte, where a digest is charged one; what is kept costs
 * nothing.
 */
static const struct counts *
counts_of(struct fact_call *c, int64_t offset, int64_t length, struct math_facts *keep)
{
	struct math_facts *m = c->self ? c->self : keep;
	struct bytes b;

	if (m->used && m->offset == offset && m->length == length)
		return &m->counts;
	if (!range_of(c, offset, length, &b) || !c->charge(c->host, SETUP + b.n / 2))
		return NULL;
	count_bytes(b, &m->counts);
	m->offset = offset;
	m->length = length;
	m->used = true;
	return &m->counts;
}

/* The counts of the whole file. An empty one has none, nor has a process: undefined. */
static const struct counts *
counts_of_file(struct fact_call *c, struct math_facts *keep)
{
	if (c->regions != NULL || c->file.n == 0)
		return NULL;
	return counts_of(c, 0, (int64_t)c->file.n, keep);
}

/* Same, of a string argument. */
static const struct counts *
counts_of_string(struct fact_call *c, struct counts *keep)
{
	if (!c->charge(c->host, SETUP + c->arg[0].s.n / 2))
		return NULL;
	count_bytes(c->arg[0].s, keep);
	return keep;
}

/* A byte as a number: of a string it has a sign. */
static double
value_of(uint8_t byte, bool text)
{
	return text ? (double)(int8_t)byte : (double)byte;
}

static double
entropy_of(const struct counts *n)
{
	double entropy = 0;

	for (size_t i = 0; i < 256; i++) {
		double x = (double)n->of[i] / (double)n->all;

		if (n->of[i] != 0)
			entropy -= x * log2(x);
	}
	return entropy;
}

static double
mean_of(const struct counts *n)
{
	double sum = 0;

	for (size_t i = 0; i < 256; i++)
		sum += (double)i * (double)n->of[i];
	return sum / (double)n->all;
}

static double
deviation_of(const struct counts *n, double mean)
{
	double sum = 0;

	for (size_t i = 0; i < 256; i++)
		sum += fabs((double)i - mean) * (double)n->of[i];
	return sum / (double)n->all;
}

static void
entropy_range(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of(c, c->arg[0].i, c->arg[1].i, &keep);

	if (n != NULL)
		c->ret.f = entropy_of(n);
}

static void
entropy_string(struct fact_call *c)
{
	struct counts keep;
	const struct counts *n = counts_of_string(c, &keep);

	if (n != NULL)
		c->ret.f = entropy_of(n);
}

static void
mean_range(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of(c, c->arg[0].i, c->arg[1].i, &keep);

	if (n != NULL)
		c->ret.f = mean_of(n);
}

static void
mean_string(struct fact_call *c)
{
	struct bytes s = c->arg[0].s;
	double sum = 0;

	if (!c->charge(c->host, s.n))
		return;
	for (size_t i = 0; i < s.n; i++)
		sum += value_of(s.p[i], true);
	c->ret.f = sum / (double)s.n;
}

static void
deviation_range(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of(c, c->arg[0].i, c->arg[1].i, &keep);

	if (n != NULL)
		c->ret.f = deviation_of(n, c->arg[2].f);
}

static void
deviation_string(struct fact_call *c)
{
	struct bytes s = c->arg[0].s;
	double sum = 0;

	if (!c->charge(c->host, s.n))
		return;
	for (size_t i = 0; i < s.n; i++)
		sum += fabs(value_of(s.p[i], true) - c->arg[1].f);
	c->ret.f = sum / (double)s.n;
}

/* Knuth, TAOCP 3.3.2 K: how much a byte tells of the next. -100000: all are equal. */
static double
serial_correlation_of(struct bytes b, bool text)
{
	double last = 0, products = 0, sum = 0, squares = 0, n = (double)b.n, below;

	for (size_t i = 0; i < b.n; i++) {
		double x = value_of(b.p[i], text);

		products += last * x;
		sum += x;
		squares += x * x;
		last = x;
	}
	products += last * last; /* ent's way to close the circle; YARA keeps it */
	sum *= sum;
	below = n * squares - sum;
	return below == 0 ? -100000 : (n * products - sum) / below;
}

static void
serial_correlation_range(struct fact_call *c)
{
	struct bytes b;

	if (range_of(c, c->arg[0].i, c->arg[1].i, &b) && c->charge(c->host, b.n))
		c->ret.f = serial_correlation_of(b, false);
}

static void
serial_correlation_string(struct fact_call *c)
{
	if (c->charge(c->host, c->arg[0].s.n))
		c->ret.f = serial_correlation_of(c->arg[0].s, true);
}

/* Three bytes as a coordinate; a byte with a sign becomes a number of 32 bits. */
static double
coordinate_of(const uint8_t *p, bool text)
{
	double v = 0;

	for (size_t i = 0; i < 3; i++)
		v = v * 256.0 + (text ? (double)(uint32_t)(int8_t)p[i] : (double)p[i]);
	return v;
}

/*
 * Every six bytes are a point in a square; how many fall into the circle gives pi.
 * The result is by how much it misses, relatively. Undefined without a point.
 */
static double
monte_carlo_pi_of(struct bytes b, bool text, double undefined)
{
	double radius = 16777215.0 * 16777215.0;
	uint64_t inside = 0, all = b.n / 6;

	for (uint64_t i = 0; i < all; i++) {
		double x = coordinate_of(b.p + i * 6, text);
		double y = coordinate_of(b.p + i * 6 + 3, text);

		inside += x * x + y * y <= radius;
	}
	if (all == 0)
		return undefined;
	return fabs((4.0 * ((double)inside / (double)all) - PI) / PI);
}

static void
monte_carlo_pi_range(struct fact_call *c)
{
	struct bytes b;

	if (range_of(c, c->arg[0].i, c->arg[1].i, &b) && c->charge(c->host, b.n))
		c->ret.f = monte_carlo_pi_of(b, false, c->ret.f);
}

static void
monte_carlo_pi_string(struct fact_call *c)
{
	if (c->charge(c->host, c->arg[0].s.n))
		c->ret.f = monte_carlo_pi_of(c->arg[0].s, true, c->ret.f);
}

static void
count_range(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of(c, c->arg[1].i, c->arg[2].i, &keep);

	if (n != NULL)
		c->ret.i = (int64_t)n->of[(uint8_t)c->arg[0].i];
}

static void
count_file(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of_file(c, &keep);

	if (n != NULL)
		c->ret.i = (int64_t)n->of[(uint8_t)c->arg[0].i];
}

/* YARA divides in single precision, and rules compare with what comes out. */
static double
share_of(const struct counts *n, uint8_t byte)
{
	return (double)((float)n->of[byte] / (float)n->all);
}

static void
percentage_range(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of(c, c->arg[1].i, c->arg[2].i, &keep);

	if (n != NULL)
		c->ret.f = share_of(n, (uint8_t)c->arg[0].i);
}

static void
percentage_file(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of_file(c, &keep);

	if (n != NULL)
		c->ret.f = share_of(n, (uint8_t)c->arg[0].i);
}

/* The most frequent byte, the smaller one among equals. */
static int64_t
mode_of(const struct counts *n)
{
	int64_t most = 0;

	for (int64_t i = 1; i < 256; i++)
		if (n->of[i] > n->of[most])
			most = i;
	return most;
}

static void
mode_range(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of(c, c->arg[0].i, c->arg[1].i, &keep);

	if (n != NULL)
		c->ret.i = mode_of(n);
}

static void
mode_file(struct fact_call *c)
{
	struct math_facts keep = { 0 };
	const struct counts *n = counts_of_file(c, &keep);

	if (n != NULL)
		c->ret.i = mode_of(n);
}

static void
in_range(struct fact_call *c)
{
	c->ret.i = c->arg[1].f <= c->arg[0].f && c->arg[0].f <= c->arg[2].f;
}

/* min and max take their arguments for unsigned: -1 is the largest. */
static void
min_int(struct fact_call *c)
{
	uint64_t a = (uint64_t)c->arg[0].i, b = (uint64_t)c->arg[1].i;

	c->ret.i = (int64_t)(a < b ? a : b);
}

static void
max_int(struct fact_call *c)
{
	uint64_t a = (uint64_t)c->arg[0].i, b = (uint64_t)c->arg[1].i;

	c->ret.i = (int64_t)(a > b ? a : b);
}

static void
to_number(struct fact_call *c)
{
	c->ret.i = c->arg[0].i != 0;
}

static void
abs_int(struct fact_call *c)
{
	uint64_t v = (uint64_t)c->arg[0].i;

	c->ret.i = (int64_t)(c->arg[0].i < 0 ? 0 - v : v); /* INT64_MIN stays */
}

static void
to_string_base(struct fact_call *c)
{
	int64_t v = c->arg[0].i;
	char *s = NULL;

	switch (c->arg[1].i) {
	case 10: s = arena_printf(c->arena, "%" PRId64, v); break;
	case 8: s = arena_printf(c->arena, "%" PRIo64, (uint64_t)v); break;
	case 16: s = arena_printf(c->arena, "%" PRIx64, (uint64_t)v); break;
	}
	c->ret.s = bytes_of(s);
}

static void
to_string(struct fact_call *c)
{
	c->arg[1].i = 10;
	to_string_base(c);
}

/* YARA-X's are signed. */
static void
min_signed(struct fact_call *c)
{
	c->ret.i = c->arg[0].i < c->arg[1].i ? c->arg[0].i : c->arg[1].i;
}

static void
max_signed(struct fact_call *c)
{
	c->ret.i = c->arg[0].i > c->arg[1].i ? c->arg[0].i : c->arg[1].i;
}

/* YARA-X's overload: without it ints are an error, as in YARA. */
static void
in_int_range(struct fact_call *c)
{
	c->ret.i = c->arg[0].i >= c->arg[1].i && c->arg[0].i <= c->arg[2].i;
}

static const struct fact math_facts[] = {
	FACT_KF("MEAN_BYTES", 127.5),
	FACT_FUN("in_range", "fff:i", in_range),
	FACT_FUNX("in_range", "iii:i", in_int_range),
	FACT_FUN("deviation", "iif:f", deviation_range),
	FACT_FUN("deviation", "sf:f", deviation_string),
	FACT_FUN("mean", "ii:f", mean_range),
	FACT_FUN("mean", "s:f", mean_string),
	FACT_FUN("serial_correlation", "ii:f", serial_correlation_range),
	FACT_FUN("serial_correlation", "s:f", serial_correlation_string),
	FACT_FUN("monte_carlo_pi", "ii:f", monte_carlo_pi_range),
	FACT_FUN("monte_carlo_pi", "s:f", monte_carlo_pi_string),
	FACT_FUN("entropy", "ii:f", entropy_range),
	FACT_FUN("entropy", "s:f", entropy_string),
	FACT_FUN("min", "ii:i", min_int),
	FACT_FUN("max", "ii:i", max_int),
	FACT_FUNX("min", "ii:i", min_signed),
	FACT_FUNX("max", "ii:i", max_signed),
	FACT_FUN("to_number", "b:i", to_number),
	FACT_FUN("abs", "i:i", abs_int),
	FACT_FUN("count", "iii:i", count_range),
	FACT_FUN("count", "i:i", count_file),
	FACT_FUN("percentage", "iii:f", percentage_range),
	FACT_FUN("percentage", "i:f", percentage_file),
	FACT_FUN("mode", "ii:i", mode_range),
	FACT_FUN("mode", ":i", mode_file),
	FACT_FUN("to_string", "i:s", to_string),
	FACT_FUN("to_string", "ii:s", to_string_base),
	FACT_LAST,
};

const struct format module_math = {
	.name = "math",
	.facts = math_facts,
	.facts_size = sizeof(struct math_facts),
};
