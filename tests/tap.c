#include "tests/tap.h"

#include <ctype.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct test *first, **last = &first;
static char row[128];
static unsigned failed;
static uint8_t **held;
static size_t nheld, capheld;

void
test_add(struct test *t)
{
	*last = t;
	last = &t->next;
}

void
test_row(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(row, sizeof(row), fmt, ap);
	va_end(ap);
}

bool
test_check(bool ok, const char *file, int line, const char *expr)
{
	if (!ok) {
		failed++;
		printf("# %s:%d: [%s] %s\n", file, line, row, expr);
	}
	return ok;
}

bool
test_eq_u(uint64_t have, uint64_t want, const char *file, int line, const char *expr)
{
	if (have != want) {
		failed++;
		printf("# %s:%d: [%s] %s: have %" PRIu64 ", want %" PRIu64 "\n", file,
		    line, row, expr, have, want);
	}
	return have == want;
}

bool
test_eq_i(int64_t have, int64_t want, const char *file, int line, const char *expr)
{
	if (have != want) {
		failed++;
		printf("# %s:%d: [%s] %s: have %" PRId64 ", want %" PRId64 "\n", file,
		    line, row, expr, have, want);
	}
	return have == want;
}

bool
test_eq_s(
    const char *have, const char *want, const char *file, int line, const char *expr)
{
	bool same = have && want ? strcmp(have, want) == 0 : have == want;

	if (!same) {
		failed++;
		printf("# %s:%d: [%s] %s: have \"%s\", want \"%s\"\n", file, line, row,
		    expr, have ? have : "(null)", want ? want : "(null)");
	}
	return same;
}

static void
print_hex(const char *what, struct bytes b)
{
	printf(" %s %zu:", what, b.n);
	for (size_t i = 0; i < b.n && i < 64; i++)
		printf("%02x", b.p[i]);
}

bool
test_eq_b(
    struct bytes have, struct bytes want, const char *file, int line, const char *expr)
{
	if (bytes_eq(have, want))
		return true;
	failed++;
	printf("# %s:%d: [%s] %s:", file, line, row, expr);
	print_hex("have", have);
	print_hex("want", want);
	printf("\n");
	return false;
}

static uint8_t *
hold(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	if (nheld == capheld) {
		capheld = capheld ? capheld * 2 : 64;
		held = realloc(held, capheld * sizeof(*held));
	}
	if (p == NULL || held == NULL)
		abort();
	return held[nheld++] = p;
}

struct bytes
test_copy(struct bytes b)
{
	uint8_t *p = hold(b.n);

	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return (struct bytes){ p, b.n };
}

struct bytes
test_hex(const char *hex)
{
	size_t digits = 0, n = 0;
	uint8_t *p;
	int hi = -1;

	for (const char *h = hex; *h; h++)
		digits += isxdigit((unsigned char)*h) != 0;
	p = hold(digits / 2);
	for (; *hex; hex++) {
		if (!isxdigit((unsigned char)*hex))
			continue;
		int d = *hex <= '9' ? *hex - '0' : (*hex | 32) - 'a' + 10;
		if (hi < 0) {
			hi = d;
			continue;
		}
		p[n++] = (uint8_t)(hi << 4 | d);
		hi = -1;
	}
	return (struct bytes){ p, n };
}

int
main(int argc, char **argv)
{
	unsigned n = 0, bad = 0;

	for (struct test *t = first; t; t = t->next)
		n += argc < 2 || strcmp(t->name, argv[1]) == 0;
	printf("1..%u\n", n);
	n = 0;
	for (struct test *t = first; t; t = t->next) {
		if (argc >= 2 && strcmp(t->name, argv[1]) != 0)
			continue;
		failed = 0;
		row[0] = '\0';
		t->fn();
		while (nheld > 0)
			free(held[--nheld]);
		bad += failed != 0;
		printf("%sok %u - %s\n", failed ? "not " : "", ++n, t->name);
		fflush(stdout);
	}
	free(held);
	return bad != 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void
test_remove(const char *folder)
{
	CHECK(nftw(folder, remove_one, 64, FTW_DEPTH | FTW_PHYS) == 0);
}
