/* The writer: files as other programs make them, and what cuts it short. */
#include "log/store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "crypto/hash.h"
#include "log/rig.h"

static void
read_file(struct rig *r, const char *path, struct buf *out)
{
	struct source_folder folder;
	struct log_source s;
	struct fault f = { 0 };

	buf_clear(out);
	EQ_U(source_folder_open(r->dir, &folder, NULL), OK);
	s = source_of_folder(&folder);
	rig_ok(source_read(&s, path, TILE_BUNDLE_MOST, out, &f), &f);
	source_folder_close(&folder);
}

static bool
exists(struct rig *r, const char *path)
{
	char name[160];

	snprintf(name, sizeof(name), "%s/%s", r->dir, path);
	return access(name, F_OK) == 0;
}

static void
same_root(struct rig *r, const char *hex)
{
	struct merkle_head head;

	if (rig_checkpoint(r, &head))
		EQ_B(((struct bytes){ head.root.b, MERKLE_HASH }), test_hex(hex));
}

TEST(files_as_others_make_them)
{
	struct buf b = { 0 };
	struct rig r;

	rig_init(&r);
	same_root(&r, VECTOR_EMPTY_ROOT);
	for (size_t i = 0; i < COUNT(vector_roots); i++) {
		rig_grow(&r, vector_roots[i].size);
		ROW("size %" PRIu64, vector_roots[i].size);
		same_root(&r, vector_roots[i].root);
		for (size_t k = 0; k < COUNT(vector_tiles); k++) {
			uint8_t digest[HASH_MAX];

			if (vector_tiles[k].size != vector_roots[i].size)
				continue;
			ROW("%s of %" PRIu64, vector_tiles[k].path, vector_tiles[k].size);
			read_file(&r, vector_tiles[k].path, &b);
			EQ_U(b.n, vector_tiles[k].length);
			hash_of(HASH_SHA256, buf_bytes(&b), digest);
			EQ_B(((struct bytes){ digest, 32 }),
			    test_hex(vector_tiles[k].digest));
		}
	}
	buf_done(&b);
	test_remove(r.folder);
}

/* Every published size keeps its partial files until the full ones are there. */
TEST(partial_files)
{
	struct rig r;
	struct store *s;
	struct fault f = { 0 };

	rig_init(&r);
	rig_grow(&r, 3);
	rig_grow(&r, 5);
	CHECK(exists(&r, "tile/0/000.p/3") && exists(&r, "tile/entries/000.p/3"));
	CHECK(exists(&r, "tile/0/000.p/5") && exists(&r, "tile/entries/000.p/5"));
	rig_ok(store_open(r.dir, &s, &f), &f);
	rig_add(s, 5, 7);
	rig_add(s, 7, 9);
	/* 7 was on disk for a while, and never published */
	CHECK(!exists(&r, "tile/0/000.p/7") && exists(&r, "tile/0/000.p/9"));
	CHECK(exists(&r, "tile/0/000.p/5"));
	rig_add(s, 9, 300);
	CHECK(exists(&r, "tile/0/000") && exists(&r, "tile/0/000.p/5"));
	rig_ok(store_publish(s, &r.signer, &f), &f);
	CHECK(!exists(&r, "tile/0/000.p") && !exists(&r, "tile/entries/000.p"));
	CHECK(exists(&r, "tile/0/001.p/44") && exists(&r, "tile/1/000.p/1"));
	rig_add(s, 300, 301);
	/* the level above is the same file for both */
	CHECK(exists(&r, "tile/0/001.p/44") && exists(&r, "tile/1/000.p/1"));
	store_close(s);
	test_remove(r.folder);
}

TEST(one_writer)
{
	struct fault f = { 0 };
	struct store *s, *other;
	struct rig r;

	rig_init(&r);
	rig_ok(store_open(r.dir, &s, &f), &f);
	EQ_U(store_open(r.dir, &other, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_BUSY);
	store_close(s);
	f = (struct fault){ 0 };
	rig_ok(store_open(r.dir, &other, &f), &f);
	store_close(other);
	test_remove(r.folder);
}

TEST(entries_of_all_sizes)
{
	static uint8_t large[TILE_ENTRY_MOST + 1];
	static const size_t sizes[] = { 0, 1, 255, 256, TILE_ENTRY_MOST, 0 };
	struct fault f = { 0 };
	struct store *s;
	struct tile_reader *reader;
	struct tile_bundle b = { 0 };
	struct checkpoint c;
	struct log_source source;
	struct rig r;
	uint64_t index;

	rig_init(&r);
	rig_ok(store_open(r.dir, &s, &f), &f);
	for (size_t i = 0; i < COUNT(sizes); i++)
		rig_ok(store_add(s, (struct bytes){ large, sizes[i] }, &index, &f), &f);
	EQ_U(
	    store_add(s, (struct bytes){ large, sizeof(large) }, &index, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_TOO_LARGE);
	f = (struct fault){ 0 };
	rig_ok(store_sync(s, &f), &f);
	store_head(s, &c);
	EQ_U(c.head.size, COUNT(sizes));
	source = store_source(s);
	rig_ok(tile_reader_new(&source, &c.head, &reader, &f), &f);
	rig_ok(tile_read_bundle(reader, 0, &b, &f), &f);
	for (size_t i = 0; i < COUNT(sizes); i++)
		EQ_U(b.entry[i].n, sizes[i]);
	buf_done(&b.raw);
	tile_reader_free(reader);
	store_close(s);
	test_remove(r.folder);
}

/* What was not synced is gone, and what was stays, however the writer ends. */
TEST(forgotten_when_not_synced)
{
	struct fault f = { 0 };
	struct checkpoint c;
	struct store *s;
	struct rig r;
	uint64_t index;

	rig_init(&r);
	rig_ok(store_open(r.dir, &s, &f), &f);
	rig_add(s, 0, 10);
	for (int i = 0; i < 600; i++)
		rig_ok(store_add(s, BYTES_LIT("lost"), &index, &f), &f);
	store_close(s);
	rig_ok(store_open(r.dir, &s, &f), &f);
	store_head(s, &c);
	EQ_U(c.head.size, 10);
	rig_add(s, 10, 257);
	rig_ok(store_publish(s, &r.signer, &f), &f);
	store_close(s);
	same_root(&r, vector_roots[10].root);
	test_remove(r.folder);
}

/* No file may grow beyond what a rare bundle needs: the same as a full disk. */
TEST(full_disk)
{
	struct rlimit old, small = { 20000, 20000 };
	static uint8_t large[30000];
	struct fault f = { 0 };
	struct checkpoint c;
	struct store *s;
	struct rig r;
	uint64_t index;

	rig_init(&r);
	rig_grow(&r, 7);
	getrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_IGN);
	small.rlim_max = old.rlim_max;
	rig_ok(store_open(r.dir, &s, &f), &f);
	setrlimit(RLIMIT_FSIZE, &small);
	rig_ok(store_add(s, (struct bytes){ large, sizeof(large) }, &index, &f), &f);
	EQ_U(store_sync(s, &f), ERR_IO);
	EQ_U(f.kind, FAULT_IO);
	CHECK(strstr(f.text, "file too large") != NULL);
	f = (struct fault){ 0 };
	EQ_U(store_add(s, BYTES_LIT("x"), &index, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATE);
	f = (struct fault){ 0 };
	EQ_U(store_publish(s, &r.signer, &f), ERR_FORMAT);
	store_close(s);
	setrlimit(RLIMIT_FSIZE, &old);
	CHECK(
	    !exists(&r, "tile/entries/000.p/8.tmp") && !exists(&r, "tile/0/000.p/8.tmp"));
	f = (struct fault){ 0 };
	rig_ok(store_open(r.dir, &s, &f), &f);
	store_head(s, &c);
	EQ_U(c.head.size, 7);
	store_close(s);
	rig_grow(&r, 8);
	same_root(&r, vector_roots[7].root);
	test_remove(r.folder);
}

static void
write_text(const char *dir, const char *name, const char *text)
{
	char path[160];
	FILE *out;

	snprintf(path, sizeof(path), "%s%s", dir, name);
	out = fopen(path, "w");
	if (CHECK(out != NULL)) {
		fputs(text, out);
		fclose(out);
	}
}

#define ROOT_5 "a+FKZmY7r9IKFDbg5XTjMi0q874xaSfmYY9MfFcS+NA="

TEST(damaged_state)
{
	/* clang-format off */
	static const struct {
		const char *file, *text;
		enum fault_kind want;
	} rows[] = {
		{ ".private/head", "", FAULT_STATE },
		{ ".private/head", "x\n5\n" ROOT_5 "\n", FAULT_STATE },
		{ ".private/head", "log.example/candor\n6\n" ROOT_5 "\n", FAULT_STATE },
		{ ".private/head", "log.example/candor\n4\n" ROOT_5 "\n", FAULT_STATE },
		{ ".private/head", "log.example/candor\n0\n"
		  "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", FAULT_STATE },
		{ ".private/settings", "key x\n", FAULT_STATE },
		{ ".private/settings", "log " VECTOR_LOG "\n", FAULT_STATE },
		{ "/checkpoint", "x", FAULT_STATE },
		{ "/checkpoint", VECTOR_NOTE_7, FAULT_STATE },
		{ "/tile/0/000.p/5", "x", FAULT_STATE },
		{ "/tile/entries/000.p/5", "x", FAULT_STATE },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };
		struct store *s = NULL;
		struct rig r;

		ROW("%zu: %s", i, rows[i].file);
		rig_init(&r);
		rig_grow(&r, 5);
		write_text(r.dir, rows[i].file, rows[i].text);
		CHECK(store_open(r.dir, &s, &f) != OK);
		EQ_U(f.kind, rows[i].want);
		store_close(s);
		test_remove(r.folder);
	}
}

TEST(beginnings)
{
	struct fault f = { 0 };
	struct stat st;
	struct rig r;
	char dir[80], path[120];
	struct store_settings set;

	rig_init(&r);
	EQ_U(store_init(r.dir, "log.example/candor", NULL, &f), ERR_IO);
	EQ_U(f.kind, FAULT_IO);
	f = (struct fault){ 0 };
	snprintf(dir, sizeof(dir), "%s/two///", r.folder);
	EQ_U(store_init(dir, "other.example", r.key, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_KEY);
	f = (struct fault){ 0 };
	EQ_U(store_init(dir, "other example", NULL, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_KEY);
	f = (struct fault){ 0 };
	rig_ok(store_init(dir, "other.example", NULL, &f), &f);
	snprintf(path, sizeof(path), "%s/two.private/key", r.folder);
	CHECK(stat(path, &st) == 0);
	EQ_U(st.st_mode & 0777, 0600);
	rig_ok(store_settings_read(dir, &set, &f), &f);
	CHECK(bytes_eq(set.key.name, BYTES_LIT("other.example")));
	EQ_S(set.key_file, path);
	store_settings_done(&set);
	snprintf(path, sizeof(path), "%s/two.private", r.folder);
	CHECK(stat(path, &st) == 0);
	EQ_U(st.st_mode & 0777, 0700);
	EQ_U(store_settings_read(r.folder, &set, &f), ERR_IO);
	store_settings_done(&set);
	test_remove(r.folder);
}

TEST(keys_of_others)
{
	struct fault f = { 0 };
	struct note_signer other;
	struct store *s;
	struct rig r;

	rig_init(&r);
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_W1_PRIVATE), &other, NULL), OK);
	rig_ok(store_open(r.dir, &s, &f), &f);
	EQ_U(store_publish(s, &other, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_KEY);
	store_close(s);
	f = (struct fault){ 0 };
	CHECK(chmod(r.key, 0640) == 0);
	{
		struct buf hold = { 0 };

		EQ_U(keyfile_read(r.key, &hold, &other, &f), ERR_FORMAT);
		EQ_U(f.kind, FAULT_KEY);
		CHECK(strstr(f.text, "read by others") != NULL);
		keyfile_wipe(&hold, &other);
	}
	f = (struct fault){ 0 };
	EQ_U(keyfile_write(r.key, &r.signer, &f), ERR_IO);
	test_remove(r.folder);
}

TEST(countersigned)
{
	struct fault f = { 0 };
	struct buf b = { 0 };
	struct store *s;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, 7);
	rig_ok(store_open(r.dir, &s, &f), &f);
	rig_ok(store_countersign(s, BYTES_LIT(VECTOR_NOTE_7), &f), &f);
	read_file(&r, "checkpoint", &b);
	EQ_S(buf_cstr(&b), VECTOR_NOTE_7);
	EQ_U(store_countersign(s, BYTES_LIT(VECTOR_NOTE_1), &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATE);
	f = (struct fault){ 0 };
	EQ_U(store_countersign(s, BYTES_LIT(VECTOR_TEXT_7 "\n" VECTOR_SIG_7_W1), &f),
	    ERR_FORMAT);
	EQ_U(f.kind, FAULT_UNSIGNED);
	store_close(s);
	buf_done(&b);
	test_remove(r.folder);
}

/* --- held checkpoints --- */

/* The size that a note's checkpoint has. */
static uint64_t
size_of(struct rig *r, struct bytes note)
{
	static struct note n;
	struct checkpoint c = { 0 };

	EQ_U(checkpoint_open(note, &r->signer.key, &n, &c, NULL), OK);
	return c.head.size;
}

static uint64_t
held_size(struct rig *r)
{
	struct buf b = { 0 };
	enum err e = store_held(r->dir, &b, NULL);
	uint64_t size = e == OK ? size_of(r, buf_bytes(&b)) : UINT64_MAX;

	CHECK(e == OK || e == ERR_END);
	buf_done(&b);
	return size;
}

static uint64_t
published_size(struct rig *r)
{
	struct merkle_head head = { 0 };

	rig_checkpoint(r, &head);
	return head.size;
}

/* Opens, adds up to size, holds; the caller closes. */
static struct store *
hold_at(struct rig *r, uint64_t from, uint64_t size)
{
	struct fault f = { 0 };
	struct store *s = NULL;

	if (!rig_ok(store_open(r->dir, &s, &f), &f))
		return NULL;
	rig_add(s, from, size);
	rig_ok(store_hold(s, &r->signer, &f), &f);
	return s;
}

TEST(held_until_it_is_put_up)
{
	struct fault f = { 0 };
	struct store *s;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, 3);
	EQ_U(held_size(&r), UINT64_MAX);
	store_close(hold_at(&r, 3, 5));
	EQ_U(held_size(&r), 5);
	EQ_U(published_size(&r), 3);
	/* later additions leave the partial files that it needs */
	rig_ok(store_open(r.dir, &s, &f), &f);
	rig_add(s, 5, 7);
	rig_add(s, 7, 9);
	CHECK(exists(&r, "tile/0/000.p/5") && exists(&r, "tile/entries/000.p/5"));
	CHECK(!exists(&r, "tile/0/000.p/7"));
	rig_ok(store_unhold(s, &f), &f);
	EQ_U(published_size(&r), 5);
	EQ_U(held_size(&r), UINT64_MAX);
	EQ_U(store_unhold(s, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATE);
	store_close(s);
	test_remove(r.folder);
}

/* A full tile: the partial ones go only when what is signed does not need them. */
TEST(held_across_a_tile)
{
	struct fault f = { 0 };
	struct store *s;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, 3);
	store_close(hold_at(&r, 3, 250));
	rig_ok(store_open(r.dir, &s, &f), &f);
	rig_add(s, 250, 300);
	CHECK(exists(&r, "tile/0/000.p/250") && exists(&r, "tile/0/000"));
	rig_ok(store_unhold(s, &f), &f);
	EQ_U(published_size(&r), 250);
	rig_ok(store_publish(s, &r.signer, &f), &f);
	CHECK(!exists(&r, "tile/0/000.p"));
	store_close(s);
	test_remove(r.folder);
}

TEST(held_is_overtaken)
{
	struct rig r;

	rig_init(&r);
	store_close(hold_at(&r, 0, 4));
	store_close(hold_at(&r, 4, 6)); /* the newer one in its place */
	EQ_U(held_size(&r), 6);
	rig_grow(&r, 8);
	EQ_U(held_size(&r), UINT64_MAX);
	store_close(hold_at(&r, 8, 8)); /* nothing that is not published */
	EQ_U(held_size(&r), UINT64_MAX);
	test_remove(r.folder);
}

TEST(held_is_countersigned)
{
	struct fault f = { 0 };
	struct buf b = { 0 }, again = { 0 };
	struct store *s;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, 2);
	s = hold_at(&r, 2, 4);
	rig_ok(store_held(r.dir, &b, &f), &f);
	buf_str(&b, "\xe2\x80\x94 witness.example/w AAAAAAAAAAA=\n");
	rig_ok(store_countersign(s, buf_bytes(&b), &f), &f);
	EQ_U(published_size(&r), 2);
	/* held again at the same size, it keeps what witnesses gave */
	rig_ok(store_hold(s, &r.signer, &f), &f);
	rig_ok(store_held(r.dir, &again, &f), &f);
	EQ_B(buf_bytes(&again), buf_bytes(&b));
	rig_ok(store_unhold(s, &f), &f);
	read_file(&r, "checkpoint", &again);
	EQ_B(buf_bytes(&again), buf_bytes(&b));
	rig_add(s, 4, 5);
	rig_ok(store_hold(s, &r.signer, &f), &f);
	rig_ok(
	    store_countersign(s, buf_bytes(&b), &f), &f); /* the published one, still */
	store_close(s);
	rig_grow(&r, 9);
	buf_done(&b);
	buf_done(&again);
	test_remove(r.folder);
}

/* What is held must be in the tree, too. */
TEST(held_by_a_log_that_lost_its_head)
{
	struct fault f = { 0 };
	struct store *s;
	struct rig r;
	char from[120], to[120];

	rig_init(&r);
	rig_grow(&r, 2);
	snprintf(from, sizeof(from), "%s.private/head", r.dir);
	snprintf(to, sizeof(to), "%s.private/old", r.dir);
	EQ_I(link(from, to), 0); /* replaced, not written over: the link keeps the old */
	store_close(hold_at(&r, 2, 4));
	EQ_I(rename(to, from), 0);
	EQ_U(store_open(r.dir, &s, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATE);
	test_remove(r.folder);
}
