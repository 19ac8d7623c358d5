/* follow_test.c - two handovers of one product, one after the other. */
#include "handover/follow.h"

#include "handover/rig.h"

/* A bundle with these updates, made after previous, and opened. */
static struct bundle
make(struct rig *r, const char *name, const char *const *updates, size_t n,
    const char *previous)
{
	struct bundle b = { .fd = -1 };
	struct fault f = { 0 };

	r->bundle = rig_path(r, name);
	r->want.previous = previous;
	r->want.updates = (struct create_list){ updates, n };
	EQ_U(rig_create(r), FAULT_NONE);
	EQ_U(bundle_open(r->bundle, 0, &b, &f), OK);
	return b;
}

static void
check(const struct bundle *b, const struct bundle *earlier, size_t added, size_t changed)
{
	struct follow got;
	struct fault f = { 0 };

	EQ_U(follow_check(b, earlier, &got, &f), OK);
	EQ_U(f.kind, FAULT_NONE);
	EQ_U(got.added, added);
	EQ_U(got.changed, changed);
}

static void
refuse(const struct bundle *b, const struct bundle *earlier, const char *why)
{
	struct follow got;
	struct fault f = { 0 };

	ROW("%s", why);
	CHECK(follow_check(b, earlier, &got, &f) != OK);
	EQ_U(f.kind, FAULT_PREVIOUS);
	CHECK(strstr(f.text, why) != NULL);
}

TEST(one_after_the_other)
{
	struct rig r;
	struct bundle first, second, copy;
	uint8_t digest[LABEL_DIGEST];
	const char *up[1];
	char *first_path;

	rig_init(&r);
	rig_put(&r, "up/1", "first", 0644);
	rig_put(&r, "up/2", "second", 0644);
	up[0] = rig_path(&r, "up");
	free(r.bundle);
	first = make(&r, "first.handover", up, 1, NULL);
	first_path = r.bundle;
	rig_put(&r, "up/2", "second, again", 0644);
	rig_put(&r, "up/3", "third", 0644);
	second = make(&r, "second.handover", up, 1, first_path);
	check(&second, &first, 2, 1);
	refuse(&first, &second, "no handover before");
	refuse(&second, &second, "another one, whose MANIFEST");
	/* what a vendor's other tools could have written */
	copy = second;
	copy.label.product = BYTES_LIT("other");
	refuse(&copy, &first, "another product");
	copy = second;
	copy.label.date = first.label.date - 1;
	refuse(&copy, &first, "an earlier date");
	memcpy(digest, first.digest, sizeof(digest));
	memcpy(first.digest, second.label.previous, sizeof(digest));
	copy = first;
	copy.label.follows = true;
	memcpy(copy.label.previous, first.digest, sizeof(digest));
	refuse(&copy, &first, "'updates/1' was in the handover before it already");
	bundle_close(&first);
	bundle_close(&second);
	free(first_path);
	free((char *)(uintptr_t)up[0]);
	rig_done(&r);
}
