/* A bundle is made, opened, judged; and every byte of it counts. */
#include "handover/bundle.h"

#include "handover/judge.h"
#include "handover/layout.h"
#include "handover/rig.h"

/* As verify_bundle, without a jail: what a fault is. */
static enum fault_kind
examine(const char *path, const struct note_key *key)
{
	struct judge_artefact artefact = { .name = BYTES_LIT("hello") };
	struct judge_in in = { .keys = key, .nkeys = key != NULL, .artefact = &artefact };
	struct buf text[4] = { 0 };
	static const char *const seal[] = { LAYOUT_NOTE, LAYOUT_SSHSIG, LAYOUT_PROVENANCE,
		LAYOUT_SBOM };
	struct bytes *view[] = { &in.note, &in.sshsig, &in.provenance, &in.sbom };
	struct judge_out out = { 0 };
	struct note_key by;
	struct bundle b;
	struct fault f = { 0 };
	enum err e = bundle_open(path, 0, &b, &f);

	if (e != OK)
		return f.kind;
	for (size_t i = 0; i < b.n && e == OK; i++)
		e = bundle_pour(&b, &b.member[i], NULL, &f);
	for (size_t i = 0; i < 4 && e == OK; i++) {
		e = bundle_read(&b, bundle_find(&b, seal[i]), 1 << 20, &text[i], &f);
		*view[i] = buf_bytes(&text[i]);
	}
	if (e == OK) {
		in.manifest = buf_bytes(&b.manifest);
		in.label = &b.label;
		in.nartefacts = b.promised.n;
		memcpy(artefact.sha256, bundle_artefact(&b, artefact.name)->digest, 32);
		judge_signatures(&in, &out);
		f = out.fault;
	}
	if (e == OK && f.kind == FAULT_NONE) {
		note_key_of(
		    (struct bytes){ out.name, out.name_n }, NOTE_ED25519, out.pub, &by);
		judge_evidence(&in, &by, &f);
	}
	for (size_t i = 0; i < 4; i++)
		buf_done(&text[i]);
	bundle_close(&b);
	return f.kind;
}

TEST(made_and_opened)
{
	struct fault f = { 0 };
	struct bundle b;
	struct rig r;
	size_t n;

	rig_init(&r);
	EQ_U(rig_create(&r), FAULT_NONE);
	EQ_U(examine(r.bundle, &r.signer.key), FAULT_NONE);
	EQ_U(bundle_open(r.bundle, 0, &b, &f), OK);
	EQ_B(b.label.product, BYTES_LIT("hello"));
	EQ_I(b.label.date, RIG_DATE);
	EQ_U(b.links.names.n, 1);
	EQ_U(b.promised.n, 1);
	CHECK(bundle_find(&b, "source/tools/run")->exec);
	CHECK(bundle_find(&b, LAYOUT_BUILD)->exec);
	CHECK(!bundle_find(&b, "source/main.c")->exec);
	CHECK(bundle_find(&b, "nothing") == NULL);
	CHECK(bundle_artefact(&b, BYTES_LIT("hello")) != NULL);
	CHECK(bundle_artefact(&b, BYTES_LIT("bye")) == NULL);
	EQ_B(bundle_folder(&b, LAYOUT_SOURCE, &n)->name, BYTES_LIT("source/main.c"));
	EQ_U(n, 2);
	CHECK(bundle_folder(&b, LAYOUT_RULES, &n) == NULL && n == 0);
	bundle_close(&b);
	EQ_U(bundle_open(r.bundle, 1000, &b, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_TOO_LARGE);
	rig_done(&r);
}

TEST(who_signed)
{
	static const uint8_t seed[SIGN_SEED] = { 8 };
	struct note_signer other, renamed;
	struct rig r;

	rig_init(&r);
	EQ_U(rig_create(&r), FAULT_NONE);
	EQ_U(examine(r.bundle, NULL), FAULT_NONE);
	note_signer_of(BYTES_LIT("vendor.example/x"), NOTE_ED25519, seed, &other);
	EQ_U(examine(r.bundle, &other.key), FAULT_UNSIGNED);
	note_signer_of(
	    BYTES_LIT("else.example/x"), NOTE_ED25519, r.signer.seed, &renamed);
	EQ_U(examine(r.bundle, &renamed.key), FAULT_UNSIGNED);
	rig_done(&r);
}

static void
write_over(const char *path, struct bytes b)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0644);

	CHECK(fd >= 0 && sys_write_all(fd, b.p, b.n) == OK);
	close(fd);
}

/* One bit at a time, in steps that meet every kind of place; cut everywhere, too. */
TEST(every_byte_counts)
{
	struct buf all = { 0 };
	uint64_t state = 1;
	struct rig r;

	rig_init(&r);
	EQ_U(rig_create(&r), FAULT_NONE);
	rig_read(r.bundle, &all);
	for (size_t at = 0; at < all.n; at += 1 + test_random(&state) % 60) {
		uint8_t bit = (uint8_t)(1u << test_random(&state) % 8);

		all.p[at] ^= bit;
		write_over(r.bundle, buf_bytes(&all));
		ROW("bit %x of byte %zu of %zu", bit, at, all.n);
		CHECK(examine(r.bundle, &r.signer.key) != FAULT_NONE);
		all.p[at] ^= bit;
	}
	for (size_t n = 0; n < all.n; n += 1 + test_random(&state) % 400) {
		write_over(r.bundle, bytes_sub(buf_bytes(&all), 0, n));
		ROW("cut to %zu", n);
		EQ_U(examine(r.bundle, NULL), FAULT_BUNDLE);
	}
	buf_done(&all);
	rig_done(&r);
}

/* Somebody writes into the file after it was opened. */
TEST(changed_while_it_is_read)
{
	const struct bundle_member *m;
	struct buf text = { 0 };
	struct fault f = { 0 };
	struct bundle b;
	struct rig r;
	int fd;

	rig_init(&r);
	EQ_U(rig_create(&r), FAULT_NONE);
	EQ_U(bundle_open(r.bundle, 0, &b, &f), OK);
	m = bundle_find(&b, "source/main.c");
	fd = open(r.bundle, O_WRONLY);
	CHECK(pwrite(fd, "x", 1, (off_t)m->off) == 1);
	EQ_U(bundle_read(&b, m, 1000, &text, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_ALTERED);
	f = (struct fault){ 0 };
	EQ_U(bundle_read(&b, m, 3, &text, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_TOO_LARGE);
	CHECK(ftruncate(fd, 100) == 0);
	f = (struct fault){ 0 };
	CHECK(bundle_read(&b, m, 1000, &text, &f) != OK);
	EQ_U(f.kind, FAULT_BUNDLE);
	close(fd);
	buf_done(&text);
	bundle_close(&b);
	rig_done(&r);
}

TEST(what_create_refuses)
{
	static const char *const key = "-----BEGIN "
				       "PRIVATE KEY-----\n"
				       "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n";
	static const char *const allow[] = { "k.pem" };
	struct rig r;

	rig_init(&r);
	rig_put(&r, "src/k.pem", key, 0644);
	EQ_U(rig_create(&r), FAULT_SECRET);
	CHECK(access(r.bundle, F_OK) != 0);
	r.want.allow = (struct create_list){ allow, 1 };
	EQ_U(rig_create(&r), FAULT_NONE);
	EQ_U(rig_create(&r), FAULT_EXISTS);
	CHECK(unlink(r.bundle) == 0);
	r.want.allow = (struct create_list){ 0 };
	r.want.leave = (struct create_list){ allow, 1 };
	EQ_U(rig_create(&r), FAULT_NONE);
	CHECK(unlink(r.bundle) == 0);
	r.want.product = "a/b";
	EQ_U(rig_create(&r), FAULT_TEXT);
	r.want.product = "hello";
	r.want.date = -1;
	EQ_U(rig_create(&r), FAULT_TEXT);
	r.want.date = RIG_DATE;
	r.want.artefacts.n = 0;
	EQ_U(rig_create(&r), FAULT_PROMISE);
	r.want.artefacts.n = 1;
	r.want.recipe = "/nonexistent";
	EQ_U(rig_create(&r), FAULT_IO);
	r.want.recipe = r.recipe;
	r.want.previous = r.recipe;
	EQ_U(rig_create(&r), FAULT_BUNDLE);
	CHECK(access(r.bundle, F_OK) != 0);
	rig_done(&r);
}

/* --- somebody writes into the source while it is handed over ----------------------- */

struct meddler {
	struct rig *r;
	const char *when, *text;
	bool done;
};

static void
meddle(void *arg, const char *doing, uint64_t done, uint64_t total)
{
	struct meddler *m = arg;

	(void)total;
	if (m->done || strcmp(doing, m->when) != 0 || done == 0)
		return;
	m->done = true;
	rig_put(m->r, "src/zz.c", m->text, 0644);
}

TEST(changed_while_it_is_made)
{
	static const struct {
		const char *when, *text;
		enum fault_kind want;
	} rows[] = {
		{ "writing", "short a\n", FAULT_CHANGED }, /* other bytes, as many */
		{ "writing", "longer text\n", FAULT_CHANGED },
		{ "writing", "x\n", FAULT_CHANGED },
		{ "reading", "longer text\n", FAULT_CHANGED },
		{ "writing", "short b\n", FAULT_NONE }, /* as it was */
	};
	struct rig r;

	rig_init(&r);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct meddler m = { &r, rows[i].when, rows[i].text, false };

		ROW("%s %s", rows[i].when, rows[i].text);
		rig_put(&r, "src/zz.c", "short b\n", 0644);
		r.want.arg = &m;
		r.want.progress = meddle;
		EQ_U(rig_create(&r), rows[i].want);
		CHECK(m.done);
		EQ_U(access(r.bundle, F_OK) == 0, rows[i].want == FAULT_NONE);
	}
	rig_done(&r);
}
