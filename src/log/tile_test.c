/* Paths: vectors.h and the specification's. Readers: a source that lies in every way. */
#include "log/tile.h"

#include "log/proof.h"
#include "log/rig.h"

TEST(paths)
{
	for (size_t i = 0; i < COUNT(vector_paths); i++) {
		char path[TILE_PATH], want[TILE_PATH];
		struct tile t = { 0, vector_paths[i].n, TILE_WIDTH };

		tile_path(&t, path);
		snprintf(want, sizeof(want), "tile/0/%s", vector_paths[i].path);
		EQ_S(path, want);
		t = (struct tile){ TILE_ENTRIES, vector_paths[i].n, 17 };
		tile_path(&t, path);
		snprintf(
		    want, sizeof(want), "tile/entries/%s.p/17", vector_paths[i].path);
		EQ_S(path, want);
	}
}

TEST(longest_path)
{
	char path[TILE_PATH];

	tile_path(&(struct tile){ TILE_ENTRIES, UINT64_MAX, 255 }, path);
	EQ_S(path, "tile/entries/x018/x446/x744/x073/x709/x551/615.p/255");
	tile_path(&(struct tile){ 63, MERKLE_MOST / 256, 255 }, path);
	EQ_S(path, "tile/63/x036/x028/x797/x018/x963/967.p/255");
}

TEST(widths)
{
	/* clang-format off */
	static const struct {
		uint64_t size, n;
		unsigned level, want;
	} rows[] = {
		{ 70000, 0, 0, 256 }, { 70000, 273, 0, 112 }, { 70000, 274, 0, 0 },
		{ 70000, 0, 1, 256 }, { 70000, 1, 1, 17 }, { 70000, 0, 2, 1 }, { 70000, 0, 3, 0 },
		{ 70000, 273, TILE_ENTRIES, 112 }, { 256, 0, 0, 256 }, { 256, 1, 0, 0 },
		{ 256, 0, 1, 1 }, { 0, 0, 0, 0 }, { 1, 0, TILE_ENTRIES, 1 },
		{ MERKLE_MOST, 0, 7, 127 }, { MERKLE_MOST, UINT64_MAX, 0, 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%zu", i);
		EQ_U(tile_width(rows[i].level, rows[i].n, rows[i].size), rows[i].want);
	}
}

/* What a source does to one file, told by how many were read before. */
struct liar {
	struct log_source under;
	unsigned at, reads, mode, byte;
};

enum { HONEST, MISSING, EMPTY, SHORT, LONG, FLIP, MODES };

static enum err
lie(void *arg, const char *path, size_t limit, struct buf *out, struct fault *f)
{
	struct liar *l = arg;
	size_t had = out->n;

	TRY(l->under.read(l->under.arg, path, limit, out, f));
	if (l->reads++ != l->at)
		return OK;
	switch (l->mode) {
	case MISSING: out->n = had; return ERR_END;
	case EMPTY: out->n = had; break;
	case SHORT: out->n--; break;
	case LONG: buf_u8(out, 0); break;
	case FLIP: out->p[had + l->byte % (out->n - had)] ^= 0x10; break;
	default: break;
	}
	return OK;
}

/* Reads everything there is; what was given is compared with what was logged. */
static enum err
read_all(const struct log_source *s, const struct merkle_head *head, struct fault *f)
{
	struct tile_reader *r;
	struct tile_bundle b = { 0 };
	struct proof p;
	struct merkle_hash leaf;
	enum err e = tile_reader_new(s, head, &r, f);
	char want[40] = "";

	if (e != OK)
		return e;
	for (uint64_t i = 0; e == OK && i < head->size; i += 37) {
		struct bytes entry, is;

		e = tile_read_entry(r, i, &b, &entry, f);
		if (e != OK)
			break;
		is = (struct bytes){ (uint8_t *)want, 0 };
		is.n = rig_entry(i, want);
		EQ_B(entry, is);
		e = proof_make(r, i, BYTES_LIT("x"), &p, f);
		merkle_leaf(entry, &leaf);
		if (e == OK)
			EQ_U(proof_leads(&p, &leaf, head, f), OK);
	}
	buf_done(&b.raw);
	tile_reader_free(r);
	return e;
}

TEST(lies)
{
	struct source_folder folder;
	struct fault f = { 0 };
	struct merkle_head head;
	struct liar l = { .at = UINT32_MAX };
	struct log_source s = { lie, &l };
	unsigned files;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, 600);
	rig_checkpoint(&r, &head);
	rig_ok(source_folder_open(r.dir, &folder, &f), &f);
	l.under = source_of_folder(&folder);
	rig_ok(read_all(&s, &head, &f), &f);
	files = l.reads;
	CHECK(files >= 7);
	for (unsigned at = 0; at < files; at++)
		for (unsigned mode = MISSING; mode < MODES; mode++)
			for (unsigned byte = 0; byte < 9000; byte += 531) {
				l = (struct liar){ l.under, at, 0, mode, byte };
				f = (struct fault){ 0 };
				ROW("file %u, mode %u, byte %u", at, mode, byte);
				/* bytes behind a bundle's last entry mean nothing */
				if (read_all(&s, &head, &f) == OK)
					EQ_U(mode, LONG);
				else
					CHECK(f.text[0] != '\0' && f.kind != FAULT_IO);
				if (mode != FLIP)
					break;
			}
	source_folder_close(&folder);
	test_remove(r.folder);
}

/* Heads of which the folder knows nothing. */
TEST(other_heads)
{
	struct source_folder folder;
	struct fault f = { 0 };
	struct merkle_head head, other;
	struct log_source s;
	struct tile_reader *t;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, 300);
	rig_checkpoint(&r, &head);
	rig_ok(source_folder_open(r.dir, &folder, &f), &f);
	s = source_of_folder(&folder);
	other = head;
	other.root.b[5] ^= 1;
	EQ_U(tile_reader_new(&s, &other, &t, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_ROOT);
	f = (struct fault){ 0 };
	other.size = 0;
	EQ_U(tile_reader_new(&s, &other, &t, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_ROOT);
	f = (struct fault){ 0 };
	other.size = 301;
	EQ_U(tile_reader_new(&s, &other, &t, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_MISSING);
	f = (struct fault){ 0 };
	other.size = MERKLE_MOST;
	EQ_U(tile_reader_new(&s, &other, &t, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_MISSING);
	source_folder_close(&folder);
	test_remove(r.folder);
}

/* An old checkpoint is read from a log that grew, although its partial files are gone. */
TEST(old_heads_stay_readable)
{
	struct source_folder folder;
	struct fault f = { 0 };
	struct merkle_head old;
	struct log_source s;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, 250);
	rig_checkpoint(&r, &old);
	rig_grow(&r, 520);
	rig_ok(source_folder_open(r.dir, &folder, &f), &f);
	s = source_of_folder(&folder);
	rig_ok(read_all(&s, &old, &f), &f);
	source_folder_close(&folder);
	test_remove(r.folder);
}
