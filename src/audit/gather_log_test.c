/*
 * What is sent to a witness, of a log on disk: proofs that hold, and a log that is not
 * what its head says.
 */
#include "audit/gather.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/b64.h"
#include "log/cosig.h"
#include "log/policy.h"
#include "log/rig.h"
#include "tests/tap.h"

#define SIZE 300 /* a full tile, and a partial one at the edge */

/* A log that is published, and the reader of its verified hashes. */
struct world {
	struct rig rig;
	struct source_folder folder;
	struct log_source source;
	struct buf note;
	struct note parsed;
	struct gather g;
};

/* false: the reader refused the log, as f says. */
static bool
world_read(struct world *w, struct fault *f)
{
	struct checkpoint c;

	*f = (struct fault){ 0 };
	if (w->note.n == 0) {
		rig_ok(source_read(&w->source, "checkpoint", NOTE_MOST, &w->note, f), f);
		rig_ok(checkpoint_open(
			   buf_bytes(&w->note), &w->rig.signer.key, &w->parsed, &c, f),
		    f);
		w->g =
		    (struct gather){ buf_bytes(&w->note), w->parsed.text, c.head, NULL };
	}
	return tile_reader_new(&w->source, &w->g.head, &w->g.tiles, f) == OK;
}

static void
world_init(struct world *w, uint64_t size)
{
	struct fault f = { 0 };

	*w = (struct world){ 0 };
	rig_init(&w->rig);
	rig_grow(&w->rig, size);
	rig_ok(source_folder_open(w->rig.dir, &w->folder, &f), &f);
	w->source = source_of_folder(&w->folder);
}

static void
world_done(struct world *w)
{
	tile_reader_free(w->g.tiles);
	source_folder_close(&w->folder);
	buf_done(&w->note);
	test_remove(w->rig.folder);
}

/* The lines of a proof in a request, as the witness reads them; *at: behind them. */
static size_t
read_proof(struct bytes request, size_t *at, struct merkle_proof *out)
{
	*out = (struct merkle_proof){ 0 };
	for (*at = (size_t)bytes_find(request, 0, BYTES_LIT("\n")) + 1;
	     *at < request.n && request.p[*at] != '\n' && out->n < MERKLE_PATH;) {
		uint64_t nl = bytes_find(request, *at, BYTES_LIT("\n"));

		CHECK(b64_exact(bytes_sub(request, *at, nl - *at), out->hash[out->n++].b,
			  MERKLE_HASH) == OK);
		*at = (size_t)nl + 1;
	}
	++*at;
	return out->n;
}

/* From every size that a witness may have seen, a proof that it can check by itself. */
TEST(proofs)
{
	struct fault f = { 0 };
	struct world w;

	world_init(&w, SIZE);
	if (!CHECK(world_read(&w, &f)))
		return;
	for (uint64_t old = 0; old <= SIZE; old++) {
		struct merkle_reader hashes = tile_hashes(w.g.tiles, &f);
		struct gather_witness asked = { .old = old };
		struct merkle_head was = { .size = old };
		struct merkle_proof proof;
		struct buf out = { 0 }, first = { 0 };
		size_t at;

		ROW("from %u", (unsigned)old);
		EQ_U(merkle_root(&hashes, old, &was.root), OK);
		rig_ok(gather_request(&w.g, &asked, &out, &f), &f);
		buf_printf(&first, "old %" PRIu64 "\n", old);
		EQ_B(bytes_sub(buf_bytes(&out), 0, first.n), buf_bytes(&first));
		read_proof(buf_bytes(&out), &at, &proof);
		EQ_B(bytes_from(buf_bytes(&out), at), w.g.note);
		/* of nothing, and of the same, there is nothing to prove */
		EQ_U(proof.n > 0, old > 0 && old < SIZE);
		if (old > 0)
			CHECK(merkle_consistent(&was, &w.g.head, &proof));
		buf_done(&out);
		buf_done(&first);
	}
	world_done(&w);
}

static void
flip_byte(struct world *w, const char *path, long at)
{
	int fd = openat(w->folder.fd, path, O_RDWR | O_CLOEXEC);
	uint8_t b;

	if (!CHECK(fd >= 0 && pread(fd, &b, 1, at) == 1))
		return;
	b ^= 1;
	CHECK(pwrite(fd, &b, 1, at) == 1);
	close(fd);
}

static void
cut_file(struct world *w, const char *path, long size)
{
	int fd = openat(w->folder.fd, path, O_RDWR | O_CLOEXEC);

	if (CHECK(fd >= 0)) {
		CHECK(ftruncate(fd, size) == 0);
		close(fd);
	}
}

static void
remove_file(struct world *w, const char *path, long at)
{
	(void)at;
	CHECK(unlinkat(w->folder.fd, path, 0) == 0);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*harm)(struct world *w, const char *path, long at);
	const char *path;
	long at;
	bool edge; /* seen when the reader is made; else when the proof needs it */
	enum fault_kind want;
} harms[] = {
	{ "a missing tile",          remove_file, "tile/0/000",        0, false, FAULT_MISSING },
	{ "a changed hash",          flip_byte,   "tile/0/000",       40, false, FAULT_TILE },
	{ "the last byte",           flip_byte,   "tile/0/000",     8191, false, FAULT_TILE },
	{ "a tile that is cut",      cut_file,    "tile/0/000",     8160, false, FAULT_TILE },
	{ "an empty tile",           cut_file,    "tile/0/000",        0, false, FAULT_TILE },
	{ "a tile that is longer",   cut_file,    "tile/0/000",     8224, false, FAULT_TOO_LARGE },
	{ "no edge",                 remove_file, "tile/0/001.p/44",   0, true,  FAULT_MISSING },
	{ "a changed edge",          flip_byte,   "tile/0/001.p/44",   7, true,  FAULT_ROOT },
	{ "an edge that is cut",     cut_file,    "tile/0/001.p/44", 100, true,  FAULT_TILE },
	{ "no edge above",           remove_file, "tile/1/000.p/1",    0, true,  FAULT_MISSING },
	{ "a changed edge above",    flip_byte,   "tile/1/000.p/1",   31, true,  FAULT_ROOT },
};
/* clang-format on */

/* A log that was damaged, or changed, is no one's business to sign: nothing is sent. */
TEST(damaged)
{
	for (size_t i = 0; i < COUNT(harms); i++) {
		struct gather_witness asked = { .old = 100 };
		struct buf out = { 0 };
		struct fault f = { 0 };
		struct world w;
		bool read;

		ROW("%s", harms[i].name);
		world_init(&w, SIZE);
		harms[i].harm(&w, harms[i].path, harms[i].at);
		read = world_read(&w, &f);
		EQ_U(read, !harms[i].edge);
		if (read)
			EQ_U(gather_request(&w.g, &asked, &out, &f), ERR_FORMAT);
		EQ_S(fault_name(f.kind), fault_name(harms[i].want));
		CHECK(f.text[0] != '\0');
		EQ_U(out.n, 0);
		/* nothing of the tile is needed for one who has seen nothing */
		asked.old = 0;
		if (read)
			EQ_U(gather_request(&w.g, &asked, &out, NULL), OK);
		buf_done(&out);
		world_done(&w);
	}
}

/* The head of one log over the tiles of another, which began alike. */
TEST(forked)
{
	static const uint64_t sizes[] = { 3, 255, 256, 257 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct world ours, theirs;
		struct fault f;

		ROW("%u entries", (unsigned)sizes[i]);
		world_init(&ours, sizes[i]);
		world_init(&theirs, sizes[i] + 40);
		CHECK(world_read(&ours, &f));
		CHECK(world_read(&theirs, &f));
		/* their head with a root that nobody has: a fork of the same size */
		tile_reader_free(theirs.g.tiles);
		theirs.g.tiles = NULL;
		theirs.g.head.root = ours.g.head.root;
		CHECK(!world_read(&theirs, &f));
		EQ_S(fault_name(f.kind), fault_name(FAULT_ROOT));
		/* and one that is longer than its files */
		tile_reader_free(ours.g.tiles);
		ours.g.tiles = NULL;
		ours.g.head.size += 1;
		CHECK(!world_read(&ours, &f));
		CHECK(f.kind == FAULT_MISSING || f.kind == FAULT_ROOT);
		world_done(&ours);
		world_done(&theirs);
	}
}

/* clang-format off */
static const struct {
	const char *name, *text; /* that the witness signed; NULL: what it was sent */
	uint64_t time;
	enum gather_state want;
} signs[] = {
	{ "what it was sent",     NULL, 1500000000, GATHER_GIVEN },
	{ "long ago",             NULL, 1, GATHER_GIVEN },
	{ "at no time",           NULL, 0, GATHER_FAILED },
	{ "the largest time",     NULL, COSIG_TIME_MOST, GATHER_GIVEN },
	{ "another origin",       "log.example/other\n3\n0wVCiYgeOPWjJgS+eOBXUMu5h0vQzh6ckCsMJrv6NzI=\n", 1500000000, GATHER_FAILED },
	{ "another size",         "log.example/candor\n4\n0wVCiYgeOPWjJgS+eOBXUMu5h0vQzh6ckCsMJrv6NzI=\n", 1500000000, GATHER_FAILED },
	{ "another root",         "log.example/candor\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1500000000, GATHER_FAILED },
	{ "an empty line",        "\n", 1500000000, GATHER_FAILED },
};
/* clang-format on */

/* A cosignature counts for the text that was sent, and for no other of this key. */
TEST(signatures)
{
	struct note_signer s;
	struct fault f = { 0 };
	struct world w;

	world_init(&w, 3);
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_W1_PRIVATE), &s, NULL), OK);
	if (!CHECK(world_read(&w, &f)))
		return;
	for (size_t i = 0; i < COUNT(signs); i++) {
		struct gather_witness asked = { .key = s.key };
		struct bytes text = signs[i].text ? bytes_of(signs[i].text) : w.g.text;
		struct buf body = { 0 };

		ROW("%s", signs[i].name);
		cosig_sign(&s, text, signs[i].time, &body);
		gather_answer(&w.g, &asked, 200, buf_bytes(&body));
		EQ_U(asked.state, signs[i].want);
		EQ_U(asked.line.n > 0, signs[i].want == GATHER_GIVEN);
		buf_done(&asked.line);
		buf_done(&body);
	}
	world_done(&w);
}

/* Cut anywhere an answer is none; and however long it is, its reason fits and is text. */
TEST(answers_cut)
{
	struct note_signer s;
	struct fault f = { 0 };
	struct buf body = { 0 };
	struct world w;

	world_init(&w, 3);
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_W1_PRIVATE), &s, NULL), OK);
	if (!CHECK(world_read(&w, &f)))
		return;
	cosig_sign(&s, w.g.text, 1500000000, &body);
	for (size_t n = 0; n < body.n; n++) {
		struct gather_witness asked = { .key = s.key };

		ROW("%zu of %zu bytes", n, body.n);
		gather_answer(
		    &w.g, &asked, 200, test_copy(bytes_sub(buf_bytes(&body), 0, n)));
		EQ_U(asked.state, GATHER_FAILED);
	}
	buf_clear(&body);
	memset(buf_room(&body, GATHER_MOST), 0x1b, GATHER_MOST);
	for (unsigned status = 200; status < 600; status++) {
		struct gather_witness asked = { .key = s.key, .old = 2 };

		ROW("status %u", status);
		gather_answer(&w.g, &asked, status, buf_bytes(&body));
		CHECK(asked.state == GATHER_FAILED || asked.state == GATHER_ACCUSED);
		CHECK(asked.why[0] != '\0' && strlen(asked.why) < GATHER_WHY);
		CHECK(strchr(asked.why, 0x1b) == NULL);
		EQ_U(asked.line.n, 0);
	}
	buf_done(&body);
	world_done(&w);
}
