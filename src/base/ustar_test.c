#include "base/ustar.h"

#include "base/buf.h"
#include "tests/tap.h"

#define NINE(x) x x x x x x x x x

static enum err
put_buf(void *arg, struct bytes b)
{
	buf_put(arg, b.p, b.n);
	return OK;
}

/* An archive of the names, separated by newlines, each with its own name as content. */
static const char *
pack(const char *names, int64_t mtime, struct buf *out)
{
	struct ustar_out o = { .arg = out, .put = put_buf, .mtime = mtime };
	enum err e = OK;

	while (e == OK && *names != '\0') {
		size_t n = strcspn(names, "\n");
		struct bytes name = { (const uint8_t *)names, n };
		struct ustar_member m = { name, n, n % 2 == 1 };

		e = ustar_begin(&o, &m);
		if (e == OK)
			e = ustar_put(&o, name);
		names += n + (names[n] == '\n');
	}
	if (e == OK)
		e = ustar_end(&o);
	return e == OK ? NULL : o.why;
}

/* Reads all of it; the names and contents go to seen. */
static enum err
unpack(struct bytes file, struct ustar_limits limits, struct buf *seen, const char **why)
{
	struct cur c = cur_at(file, 0);
	struct ustar_in u = { .arg = &c, .get = ustar_get_cur, .limits = limits };
	struct ustar_member m;
	enum err e;

	while ((e = ustar_next(&u, &m)) == OK) {
		size_t got = 1;
		char part[7];

		buf_put(seen, m.name.p, m.name.n);
		buf_str(seen, m.exec ? "*" : "");
		buf_str(seen, "=");
		while (e == OK && got > 0) {
			e = ustar_get(&u, part, sizeof(part), &got);
			if (e == OK)
				buf_put(seen, part, got);
		}
		if (e != OK)
			break;
		buf_str(seen, ";");
	}
	if (why != NULL)
		*why = u.why;
	return e;
}

static const struct ustar_limits wide = { 1000, 1 << 20, 0 };

#define LONG50 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"

/* clang-format off */
static const struct {
	const char *names, *seen;
} good[] = {
	{ "", "" },
	{ "a", "a*=a;" },
	{ "ab", "ab=ab;" },
	{ "a/b\na-b\nab\nb/c/d", "a/b*=a/b;a-b*=a-b;ab=ab;b/c/d*=b/c/d;" },
	{ "...\n.a\n\xc3\xa4", "...*=...;.a=.a;\xc3\xa4=\xc3\xa4;" },
};
static const struct {
	const char *names, *why;
} bad[] = {
	{ "/etc/passwd", "an absolute name" },
	{ "a//b", "a name with an empty part" },
	{ "a/", "a name with an empty part" },
	{ "../a", "a name with '.' or '..' in it" },
	{ "a/../b", "a name with '.' or '..' in it" },
	{ "./a", "a name with '.' or '..' in it" },
	{ "a/.", "a name with '.' or '..' in it" },
	{ "a\tb", "a name with a control character" },
	{ "a\x7f", "a name with a control character" },
	{ "\xff", "a name that is not UTF-8" },
	{ "b\na", "names out of order" },
	{ "a-b\na/b", "names out of order" },
	{ "a\na", "a name twice" },
	{ "a\na/b", "a file that is a folder, too" },
	{ "a/b\na/b/c", "a file that is a folder, too" },
	{ NINE(NINE("xxxx")), "a name with a part of more than 255 bytes" },
};

/* What is said of an archive when one byte of its first header is another. */
static const struct {
	unsigned at;
	uint8_t value;
	const char *why;
} changed[] = {
	{ 0, '/', "an absolute name" },
	{ 0, 0, "an empty name" },
	{ 257, 'U', "a header that is not in the canonical form: its magic" },
	{ 263, ' ', "a header that is not in the canonical form: its magic" },
	{ 148, '7', "a header with a wrong checksum" },
	{ 156, '1', "a hard link" },
	{ 156, '2', "a symbolic link" },
	{ 156, '3', "a character device" },
	{ 156, '4', "a block device" },
	{ 156, '5', "a folder as a member" },
	{ 156, '6', "a fifo" },
	{ 156, 0, "a header that is not in the canonical form: its type" },
	{ 156, 'L', "GNU tar's long name" },
	{ 156, 'S', "a sparse file" },
	{ 156, 'Z', "a member of an unknown kind" },
	{ 122, '1', "a header that is not in the canonical form: its group" },
	{ 136, ' ', "a header that is not in the canonical form: its time" },
	{ 297, 'r', "a header that is not in the canonical form: its group's name" },
	{ 155, '0', "a header that is not in the canonical form: its checksum" },
	{ 156, 'g', "a global pax header" },
	{ 99, 'x', "a header that is not in the canonical form: its name" },  /* behind the name's NUL */
	{ 103, '4', "a header that is not in the canonical form: its mode" }, /* setuid */
	{ 106, '7', "a header that is not in the canonical form: its mode" }, /* for all to write */
	{ 114, '1', "a header that is not in the canonical form: its owner" }, /* an owner */
	{ 157, 'x', "a header that is not in the canonical form: its link name" }, /* link's name */
	{ 265, 'r', "a header that is not in the canonical form: its owner's name" }, /* owner's name */
	{ 335, '1', "a header that is not in the canonical form: its device" }, /* device */
	{ 345, 'p', "a header that is not in the canonical form: its name" }, /* prefix: p/name is short */
	{ 505, 'x', "a header that is not in the canonical form: bytes behind its fields" }, /* what nobody reads */
	{ 124, 0x80, "a header that is not in the canonical form: its size" }, /* base-256 */
	{ 134, '0', "not a ustar archive" }, /* no content: its byte is a header */
	{ 513, 'x', "padding that is not empty" },
	{ 1024, 'x', "not a ustar archive" },
};
/* clang-format on */

TEST(good)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct buf file = { 0 }, seen = { 0 };

		ROW("%s", good[i].names);
		EQ_S(pack(good[i].names, 12345, &file), NULL);
		EQ_U(unpack(test_copy(buf_bytes(&file)), wide, &seen, NULL), ERR_END);
		EQ_S(buf_cstr(&seen), good[i].seen);
		EQ_U(file.n % USTAR_BLOCK, 0);
		buf_done(&file);
		buf_done(&seen);
	}
}

TEST(bad_names)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct buf file = { 0 };

		ROW("%s", bad[i].names);
		EQ_S(pack(bad[i].names, 0, &file), bad[i].why);
		buf_done(&file);
	}
}

/* The checksum of the header at at, made right again. */
static void
repair(uint8_t *p)
{
	unsigned sum = 8 * ' ';

	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? 0 : p[i];
	for (size_t i = 0; i < 6; i++)
		p[148 + i] = (uint8_t)('0' + (sum >> (15 - 3 * i) & 7));
}

TEST(changed)
{
	for (size_t i = 0; i < COUNT(changed); i++) {
		struct buf file = { 0 }, seen = { 0 };
		const char *why = NULL;

		ROW("byte %u is %02x", changed[i].at, changed[i].value);
		EQ_S(pack("a", 0, &file), NULL);
		file.p[changed[i].at] = changed[i].value;
		if (changed[i].at < 512 && changed[i].at / 8 != 148 / 8)
			repair(file.p);
		EQ_U(unpack(test_copy(buf_bytes(&file)), wide, &seen, &why), ERR_FORMAT);
		EQ_S(why, changed[i].why);
		buf_done(&file);
		buf_done(&seen);
	}
}

/* Names of every length, with and without slashes where they can be split. */
TEST(long_names)
{
	uint64_t seed = 1;

	for (size_t n = 1; n <= USTAR_NAME; n += n < 600 ? 1 : 97) {
		for (int round = 0; round < 3; round++) {
			char name[USTAR_NAME + 1] = { 0 };
			struct buf file = { 0 }, seen = { 0 };

			memset(name, 'n', n);
			for (size_t i = 200; i + 1 < n; i += 200)
				name[i] = '/';
			for (int k = 0; k < round * 2 && n > 2; k++) {
				size_t at = 1 + test_random(&seed) % (n - 2);

				if (name[at - 1] != '/' && name[at + 1] != '/')
					name[at] = '/';
			}
			ROW("%zu bytes, %d", n, round);
			EQ_S(pack(name, 7, &file), NULL);
			EQ_U(unpack(buf_bytes(&file), wide, &seen, NULL), ERR_END);
			EQ_B(bytes_clip(buf_bytes(&seen), 0, n), bytes_of(name));
			buf_done(&file);
			buf_done(&seen);
		}
	}
}

/* Everything cut at every length, and every bit turned: refused, and never read past. */
TEST(sweep)
{
	struct buf file = { 0 }, seen = { 0 };
	char name[400] = { 0 };

	memset(name, 'n', sizeof(name) - 1);
	for (size_t i = 150; i < sizeof(name); i += 150)
		name[i] = '/';
	EQ_S(pack(name, 99, &file), NULL);
	for (size_t n = 0; n < file.n; n++) {
		struct bytes cut = test_copy(bytes_sub(buf_bytes(&file), 0, n));

		ROW("cut at %zu", n);
		buf_clear(&seen);
		EQ_U(unpack(cut, wide, &seen, NULL), ERR_FORMAT);
	}
	for (size_t bit = 0; bit < file.n * 8; bit++) {
		size_t at = bit / 8;
		enum err e;

		ROW("bit %zu", bit);
		buf_clear(&seen);
		file.p[at] ^= (uint8_t)(1 << bit % 8);
		e = unpack(buf_bytes(&file), wide, &seen, NULL);
		/* content is free; of the name what is in the pax header alone */
		bool free = (at >= 1536 && at < 1536 + sizeof(name) - 1) ||
			    (at >= 512 + 9 + 100 && at < 512 + 9 + sizeof(name) - 1);

		if (!free)
			CHECK(e == ERR_FORMAT || e == ERR_LIMIT);
		file.p[at] ^= (uint8_t)(1 << bit % 8);
	}
	buf_done(&file);
	buf_done(&seen);
}

TEST(limits)
{
	static const struct {
		struct ustar_limits limits;
		enum err want;
	} rows[] = {
		{ { 3, 8, 4 }, ERR_END },
		{ { 2, 8, 4 }, ERR_LIMIT },
		{ { 3, 7, 4 }, ERR_LIMIT },
		{ { 3, 8, 3 }, ERR_LIMIT },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf file = { 0 }, seen = { 0 };
		const char *why = NULL;

		ROW("%zu", i);
		EQ_S(pack("aa\nbb\ncccc", 0, &file), NULL);
		EQ_U(unpack(buf_bytes(&file), rows[i].limits, &seen, &why), rows[i].want);
		CHECK((why != NULL) == (rows[i].want != ERR_END));
		buf_done(&file);
		buf_done(&seen);
	}
}

TEST(times)
{
	struct buf a = { 0 }, b = { 0 }, seen = { 0 };
	const char *why = NULL;

	EQ_S(pack("a", 1, &a), NULL);
	EQ_S(pack("b", 2, &b), NULL);
	a.n -= 2 * USTAR_BLOCK; /* its end */
	buf_put(&a, b.p, b.n);
	EQ_U(unpack(buf_bytes(&a), wide, &seen, &why), ERR_FORMAT);
	EQ_S(why, "files with different times");
	EQ_S(pack("a", -1, &b), "a time that does not fit");
	EQ_S(pack("a", INT64_C(8589934592), &b), "a time that does not fit");
	buf_done(&a);
	buf_done(&b);
	buf_done(&seen);
}

TEST(end)
{
	struct buf file = { 0 }, seen = { 0 };
	const char *why = NULL;

	EQ_S(pack("a", 1, &file), NULL);
	buf_u8(&file, 0);
	EQ_U(unpack(buf_bytes(&file), wide, &seen, &why), ERR_FORMAT);
	EQ_S(why, "bytes behind the end");
	file.n -= USTAR_BLOCK + 1;
	EQ_U(unpack(buf_bytes(&file), wide, &seen, &why), ERR_FORMAT);
	EQ_S(why, "the archive is cut short");
	file.p[file.n - 1] = 0;
	buf_put(&file, file.p, 512);
	EQ_U(unpack(buf_bytes(&file), wide, &seen, &why), ERR_FORMAT);
	EQ_S(why, "one block of zeros inside");
	buf_done(&file);
	buf_done(&seen);
}

/* --- sizes beyond memory ------------------------------------------------------------ */

/* Keeps the heads of an archive and counts its contents. */
struct huge {
	struct buf heads;
	uint64_t at, content, size; /* read: what stands in the middle is not there */
};

static enum err
put_huge(void *arg, struct bytes b)
{
	struct huge *h = arg;

	if (b.n == 1u << 20)
		h->content += b.n;
	else
		buf_put(&h->heads, b.p, b.n);
	return OK;
}

static enum err
get_huge(void *arg, void *p, size_t n)
{
	struct huge *h = arg;
	struct bytes b = bytes_sub(buf_bytes(&h->heads), h->at, n);

	if (b.p == NULL)
		return h->at == h->heads.n ? ERR_END : ERR_FORMAT;
	memcpy(p, b.p, n);
	h->at += n;
	return OK;
}

static enum err
skip_huge(void *arg, uint64_t n)
{
	struct huge *h = arg;

	h->size += n;
	return OK;
}

/* At the edge of what eleven octal digits hold, and above it. */
TEST(large)
{
	static const uint64_t sizes[] = { (8ull << 30) - (1 << 20), 8ull << 30,
		10ull << 30 };
	static uint8_t piece[1 << 20];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct huge h = { 0 };
		struct ustar_out o = { .arg = &h, .put = put_huge };
		struct ustar_in u = { .arg = &h,
			.get = get_huge,
			.skip = skip_huge,
			.limits = { 2, UINT64_MAX, 0 } };
		struct ustar_member m = { BYTES_LIT("big"), sizes[i], false };

		ROW("%llu", (unsigned long long)sizes[i]);
		EQ_U(ustar_begin(&o, &m), OK);
		while (o.left > 0)
			EQ_U(ustar_put(&o, (struct bytes){ piece, sizeof(piece) }), OK);
		m = (struct ustar_member){ BYTES_LIT("small"), 5, false };
		EQ_U(ustar_begin(&o, &m), OK);
		EQ_U(ustar_put(&o, BYTES_LIT("12345")), OK);
		EQ_U(ustar_end(&o), OK);
		EQ_U(h.content, sizes[i]);
		EQ_U(ustar_next(&u, &m), OK);
		EQ_U(m.size, sizes[i]);
		EQ_U(ustar_next(&u, &m), OK);
		EQ_B(m.name, BYTES_LIT("small"));
		EQ_U(h.size, sizes[i]);
		u.skip = NULL;
		EQ_U(ustar_next(&u, &m), ERR_END);
		buf_done(&h.heads);
	}
}

TEST(writer)
{
	struct buf file = { 0 };
	struct ustar_out o = { .arg = &file, .put = put_buf };
	struct ustar_member m = { BYTES_LIT("a"), 3, false };

	EQ_U(ustar_begin(&o, &m), OK);
	EQ_U(ustar_put(&o, BYTES_LIT("1234")), ERR_FORMAT);
	EQ_S(o.why, "a file is longer than was said");
	EQ_U(ustar_put(&o, BYTES_LIT("12")), OK);
	EQ_U(ustar_end(&o), ERR_FORMAT);
	EQ_S(o.why, "a file is shorter than was said");
	m.name = BYTES_LIT("b");
	EQ_U(ustar_begin(&o, &m), ERR_FORMAT);
	m.size = UINT64_MAX;
	EQ_U(ustar_begin(&o, &m), ERR_FORMAT);
	EQ_S(o.why, "a file too large for any archive");
	buf_done(&file);
}

TEST(looks)
{
	struct buf file = { 0 };

	EQ_S(pack("a", 0, &file), NULL);
	CHECK(ustar_looks_like(buf_bytes(&file)));
	CHECK(!ustar_looks_like(bytes_sub(buf_bytes(&file), 0, 264)));
	CHECK(!ustar_looks_like((struct bytes){ 0 }));
	buf_done(&file);
}
