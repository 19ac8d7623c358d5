/*
 * Sectors, chains and trees that lie. Whole files are compared in tests/golden/olecf.
 */
#include "format/cfb.h"

#include "format/cfb_rig.h"
#include "format/rig.h"

extern const struct format format_olecf;

enum { /* sectors of sample() */
	FAT,
	DIRECTORY,
	MINI_FAT,
	MINI,
	LARGE, /* and eight more, out of order */
	SECTORS = LARGE + 9,
	SIZE = 512 * (SECTORS + 1),
	LARGE_SIZE = 4200,
};

static uint8_t *
at(uint8_t *p, unsigned sector)
{
	return p + 512 * ((size_t)sector + 1);
}

static void
entry(
    uint8_t *p, unsigned i, const char *name, uint8_t type, uint32_t start, uint32_t size)
{
	uint8_t *e = at(p, DIRECTORY) + 128 * (size_t)i;
	size_t n = strlen(name);

	for (size_t k = 0; k < n; k++)
		e[2 * k] = (uint8_t)name[k];
	put_le16(e + 64, (uint16_t)(2 * n + 2));
	e[66] = type;
	memset(e + 68, 0xff, 12);
	put_le32(e + 116, start);
	put_le32(e + 120, size);
}

/* A large stream in three pieces, a small one in two, and a storage with the small one.
 */
static struct bytes
sample(uint8_t p[SIZE])
{
	static const uint8_t order[] = { 0, 1, 2, 5, 6, 3, 4, 7, 8 };
	uint8_t *fat = at(p, FAT), *mini = at(p, MINI_FAT);

	memset(p, 0, SIZE);
	cfb_rig_head(p);
	put_le32(p + 44, 1);
	put_le32(p + 48, DIRECTORY);
	put_le32(p + 60, MINI_FAT);
	put_le32(p + 64, 1);
	memset(fat, 0xff, 512);
	put_le32(fat, 0xfffffffd);
	for (unsigned i = DIRECTORY; i < LARGE; i++)
		put_le32(fat + 4 * (size_t)i, 0xfffffffe);
	for (unsigned i = 0; i < 9; i++) {
		put_le32(fat + 4 * (size_t)(LARGE + order[i]),
		    i < 8 ? LARGE + (uint32_t)order[i + 1] : 0xfffffffe);
		memset(at(p, LARGE + order[i]), 'a' + (int)i, 512);
	}
	memset(mini, 0xff, 512);
	put_le32(mini + 8, 0); /* the small one: 2, 0 */
	put_le32(mini, 0xfffffffe);
	memset(at(p, MINI), 'y', 64);
	memset(at(p, MINI) + 128, 'x', 64);
	entry(p, 0, "Root Entry", CFB_ROOT, MINI, 192);
	entry(p, 1, "Large", CFB_STREAM, LARGE, LARGE_SIZE);
	entry(p, 2, "Folder", CFB_STORAGE, 0, 0);
	entry(p, 3, "Small", CFB_STREAM, 2, 100);
	put_le32(at(p, DIRECTORY) + 76, 1);       /* the root's child: Large, */
	put_le32(at(p, DIRECTORY) + 128 + 72, 2); /* with a sibling: Folder, */
	put_le32(at(p, DIRECTORY) + 256 + 76, 3); /* whose child is Small */
	return (struct bytes){ p, SIZE };
}

struct opened {
	struct arena arena;
	struct cfb cfb;
	enum err err;
};

static void
open_it(struct opened *o, struct bytes file)
{
	*o = (struct opened){ 0 };
	arena_init(&o->arena, 1 << 20);
	o->err = cfb_open(test_copy(file), &o->arena, &o->cfb);
}

TEST(streams_in_pieces)
{
	uint8_t p[SIZE], want[LARGE_SIZE];
	struct opened o;
	struct bytes b;

	open_it(&o, sample(p));
	EQ_U(o.err, OK);
	EQ_U(o.cfb.n, 4);
	EQ_U(o.cfb.notes, 0);
	for (size_t i = 0; i < LARGE_SIZE; i++)
		want[i] = (uint8_t)('a' + i / 512);
	EQ_U(cfb_read(&o.cfb, 1, &b), OK);
	EQ_B(b, ((struct bytes){ want, LARGE_SIZE }));
	EQ_U(cfb_read(&o.cfb, 3, &b), OK);
	memset(want, 'x', 64);
	memset(want + 64, 'y', 36);
	EQ_B(b, ((struct bytes){ want, 100 }));
	EQ_U(cfb_read(&o.cfb, 2, &b), OK);
	EQ_U(b.n, 0);
	EQ_U(o.cfb.notes, 0);
	arena_done(&o.arena);
}

TEST(streams_in_one_piece_are_views)
{
	uint8_t p[SIZE];
	struct opened o;
	struct bytes b;

	sample(p);
	put_le32(at(p, DIRECTORY) + 128 + 116, LARGE + 7);
	put_le32(at(p, DIRECTORY) + 128 + 120, 512);
	put_le32(at(p, DIRECTORY) + 3 * 128 + 116, 1);
	open_it(&o, (struct bytes){ p, SIZE });
	o.cfb.cutoff = 100;
	EQ_U(cfb_read(&o.cfb, 1, &b), OK);
	CHECK(b.p == o.cfb.file.p + 512 * (LARGE + 8));
	EQ_U(b.n, 512);
	arena_done(&o.arena);
}

TEST(names_and_paths)
{
	uint8_t p[SIZE];
	struct opened o;

	open_it(&o, sample(p));
	EQ_U(cfb_find(&o.cfb, 0, "lARGE"), 1);
	EQ_U(cfb_find(&o.cfb, 0, "Small"), CFB_NONE);
	EQ_U(cfb_find(&o.cfb, 2, "Small"), 3);
	EQ_U(cfb_find(&o.cfb, 3, "Small"), CFB_NONE);
	EQ_B(cfb_path(&o.cfb, 3), BYTES_LIT("Folder/Small"));
	EQ_B(cfb_path(&o.cfb, 1), BYTES_LIT("Large"));
	arena_done(&o.arena);
}

/* What is written at an offset, and what is then noted, and read of Large and Small. */
TEST(what_is_odd_is_noted)
{
	enum {
		DIR = 512 * (DIRECTORY + 1),
		F = 512 * (FAT + 1),
		M = 512 * (MINI_FAT + 1)
	};
	/* clang-format off */
	static const struct {
		const char *name;
		unsigned at;
		uint32_t v;
		uint64_t notes;
		size_t large, small;
	} rows[] = {
		{ "nothing", 8, 0, 0, 4200, 100 },
		{ "mini sectors of 128", 32, 7, CFB_NOTE_HEADER, 4200, 100 },
		{ "version 4 with small sectors", 26, 0xfffe0004, CFB_NOTE_HEADER, 4200, 100 },
		{ "chain loops", F + 4 * (LARGE + 1), LARGE, 0, 4200, 100 },
		{ "chain loops in one", F + 4 * LARGE, LARGE, 0, 4200, 100 },
		{ "chain ends early", F + 4 * (LARGE + 1), 0xfffffffe, CFB_NOTE_CUT, 1024, 100 },
		{ "chain leaves", F + 4 * (LARGE + 1), 999, CFB_NOTE_CUT | CFB_NOTE_CHAIN, 1024, 100 },
		{ "mini chain loops", M + 8, 2, 0, 4200, 100 },
		{ "mini chain leaves", M + 8, 9, CFB_NOTE_CUT | CFB_NOTE_CHAIN, 4200, 64 },
		{ "size of all", DIR + 128 + 120, 0xffffffff, CFB_NOTE_CUT, 4608, 100 },
		{ "no FAT", 76, 0xffffffff, CFB_NOTE_CUT, 512, 100 },
		{ "FAT elsewhere", 76, 999, CFB_NOTE_TABLE | CFB_NOTE_CUT, 512, 100 },
		{ "DIFAT of sectors of zeros", 68, MINI, 0, 4200, 100 },
		{ "directory loops", F + 4 * DIRECTORY, DIRECTORY, CFB_NOTE_CHAIN, 4200, 100 },
		{ "mini FAT elsewhere", 60, 99, CFB_NOTE_CHAIN | CFB_NOTE_CUT, 4200, 64 },
		{ "sibling of itself", DIR + 128 + 68, 1, CFB_NOTE_DIRECTORY, 4200, 100 },
		{ "child of its child", DIR + 256 + 76, 2, CFB_NOTE_DIRECTORY, 4200, 100 },
		{ "sibling that is not there", DIR + 128 + 68, 77, CFB_NOTE_DIRECTORY, 4200, 100 },
		{ "no child", DIR + 76, 0xffffffff, CFB_NOTE_DIRECTORY, 4200, 100 },
		{ "name too long", DIR + 128 + 64, 0x0002ffff, CFB_NOTE_DIRECTORY, 4200, 100 },
		{ "no mini stream", DIR + 116, 999, CFB_NOTE_CUT | CFB_NOTE_CHAIN, 4200, 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t p[SIZE];
		struct opened o;
		struct bytes large, small;

		ROW("%s", rows[i].name);
		sample(p);
		put_le32(p + rows[i].at, rows[i].v);
		open_it(&o, (struct bytes){ p, SIZE });
		EQ_U(o.err, OK);
		EQ_U(cfb_read(&o.cfb, 1, &large), OK);
		EQ_U(cfb_read(&o.cfb, 3, &small), OK);
		EQ_U(large.n, rows[i].large);
		EQ_U(small.n, rows[i].small);
		EQ_U(o.cfb.notes, rows[i].notes);
		arena_done(&o.arena);
	}
}

TEST(no_compound_file)
{
	static const struct {
		const char *name;
		unsigned at;
		uint8_t v;
		size_t n;
	} rows[] = {
		{ "magic", 7, 0, SIZE },
		{ "byte order", 28, 0xff, SIZE },
		{ "sectors of 64", 30, 6, SIZE },
		{ "sectors of 2 MiB", 30, 21, SIZE },
		{ "header cut", 8, 0, 511 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t p[SIZE];
		struct opened o;

		ROW("%s", rows[i].name);
		sample(p);
		p[rows[i].at] = rows[i].v;
		open_it(&o, (struct bytes){ p, rows[i].n });
		EQ_U(o.err, ERR_FORMAT);
		arena_done(&o.arena);
	}
}

/* Reads every entry as a stream, and its name: for the sweeps below. */
static enum err
read_everything(struct cfb *c)
{
	struct bytes b;

	for (uint32_t i = 0; i < c->n; i++) {
		TRY(cfb_read(c, i, &b));
		if (i > 0 && c->entry[i].type != 0 && cfb_path(c, i).p == NULL)
			return ERR_LIMIT;
	}
	return OK;
}

TEST(cut_and_flipped)
{
	uint8_t p[SIZE];

	sample(p);
	for (size_t n = 0; n < SIZE; n += n < 2048 ? 1 : 37) {
		struct opened o;

		ROW("%zu bytes", n);
		open_it(&o, (struct bytes){ p, n });
		if (n < 512)
			EQ_U(o.err, ERR_FORMAT);
		else
			EQ_U(read_everything(&o.cfb), OK);
		arena_done(&o.arena);
	}
	for (size_t bit = 0; bit < (size_t)8 * SIZE; bit++) {
		struct opened o;

		if (bit / 8 >= 512 * (MINI + 1) || p[bit / 8] == 0xff)
			continue;
		ROW("bit %zu", bit);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		open_it(&o, (struct bytes){ p, SIZE });
		if (o.err == OK)
			EQ_U(read_everything(&o.cfb), OK);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		arena_done(&o.arena);
	}
}

/* n sectors, of which all but three are entries that claim the whole file. */
static uint64_t
steps_of_crossed(uint32_t n, enum err *err)
{
	size_t size = 512 * ((size_t)n + 1);
	uint32_t fats = n / 128 + 1;
	uint8_t *p = calloc(1, size);
	uint64_t steps;
	struct opened o = { 0 };

	if (p == NULL)
		abort();
	sample(p);
	memset(p + 76, 0xff, 436);
	for (uint32_t i = 0; i < fats; i++)
		put_le32(p + 76 + 4 * (size_t)i, i);
	for (uint32_t i = 0; i < n; i++)
		put_le32(at(p, 0) + 4 * (size_t)i, i + 1 < n ? i + 1 : 0xfffffffe);
	put_le32(p + 48, fats);
	for (uint8_t *e = at(p, fats); e < p + size; e += 128) {
		put_le16(e + 64, 4);
		e[66] = CFB_STREAM;
		put_le32(e + 116, fats);
		put_le32(e + 120, 0x7fffffff);
	}
	arena_init(&o.arena, (size_t)1 << 30);
	*err = cfb_open((struct bytes){ p, size }, &o.arena, &o.cfb);
	if (*err == OK)
		*err = read_everything(&o.cfb);
	steps = o.cfb.steps;
	CHECK(steps <= o.cfb.budget + size / 64 + 1);
	arena_done(&o.arena);
	free(p);
	return steps;
}

TEST(work_is_linear_in_the_size)
{
	enum err once, twice;
	uint64_t steps = steps_of_crossed(6000, &once);

	CHECK(steps_of_crossed(12000, &twice) <= 2 * steps + 1024);
	EQ_U(once, ERR_LIMIT);
	EQ_U(twice, ERR_LIMIT);
}

/* Deep trees cost no stack, and paths no square. */
TEST(a_storage_in_each_storage)
{
	enum { N = 2000 };
	size_t size = 512 * (size_t)(N / 4 + 8);
	uint8_t *p = calloc(1, size);
	struct opened o;

	if (p == NULL)
		abort();
	sample(p);
	for (uint32_t i = 0; i < size / 512 - 1 && i < 512; i++)
		put_le32(at(p, 0) + 4 * (size_t)i, i + 1);
	put_le32(p + 80, 1);
	put_le32(p + 84, 2);
	put_le32(p + 88, 3);
	put_le32(p + 48, 4);
	for (uint32_t i = 0; i < N; i++) {
		uint8_t *e = at(p, 4) + 128 * (size_t)i;

		memset(e, 0, 128);
		e[0] = 'd';
		put_le16(e + 64, 4);
		e[66] = i == 0 ? CFB_ROOT : CFB_STORAGE;
		memset(e + 68, 0xff, 8);
		put_le32(e + 76, i + 1);
	}
	open_it(&o, (struct bytes){ p, size });
	EQ_U(o.err, OK);
	CHECK(o.cfb.n >= N);
	EQ_U(o.cfb.entry[N - 1].parent, N - 2);
	EQ_U(cfb_path(&o.cfb, N - 1).n, 2 * 33 - 1);
	arena_done(&o.arena);
	free(p);
}
