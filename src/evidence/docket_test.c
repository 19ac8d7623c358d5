#include "evidence/docket_make.h"

#include "evidence/rig.h"

/* "e1p1 e2 ...": what is read, in order; an exclamation mark where a name does not fit.
 */
static enum err
read_all(struct bytes archive, struct buf *out, struct fault *f)
{
	static struct docket d;
	struct docket_item item;
	enum err e;

	docket_open(&d, archive);
	while ((e = docket_next(&d, &item, f)) == OK) {
		buf_put(out, item.envelope.p, item.envelope.n);
		buf_put(out, item.proof.p, item.proof.n);
		buf_str(out, item.intact ? " " : "! ");
	}
	return e;
}

TEST(written_and_read)
{
	struct docket_list l = { 0 }, again = { 0 };
	struct buf b = { 0 }, b2 = { 0 }, out = { 0 };

	docket_add(&l, BYTES_LIT("e1"), BYTES_LIT("p1"));
	docket_add(&l, BYTES_LIT("e2"), (struct bytes){ 0 });
	docket_add(&l, BYTES_LIT("e1"), (struct bytes){ 0 }); /* keeps its proof */
	docket_add(&l, BYTES_LIT("e3"), BYTES_LIT("p3"));
	docket_add(&l, BYTES_LIT("e3"), BYTES_LIT("p4"));
	EQ_U(docket_print(&l, &b, NULL), OK);
	EQ_U(read_all(buf_bytes(&b), &out, NULL), ERR_END);
	EQ_S(buf_cstr(&out), "e1p1 e2 e3p4 "); /* in the order of their digests */
	EQ_U(docket_add_all(&again, buf_bytes(&b), NULL), OK);
	EQ_U(docket_print(&again, &b2, NULL), OK);
	EQ_B(buf_bytes(&b), buf_bytes(&b2));
	docket_list_done(&l);
	docket_list_done(&again);
	buf_done(&b);
	buf_done(&b2);
	buf_done(&out);
}

static void
member(struct ustar_out *o, const char *name, const char *content)
{
	struct ustar_member m = { bytes_of(name), strlen(content), false };

	EQ_U(ustar_begin(o, &m), OK);
	EQ_U(ustar_put(o, bytes_of(content)), OK);
}

/* Proofs without envelopes, other files, names that are no digests. */
TEST(strange_members)
{
	struct buf b = { 0 }, out = { 0 };
	struct ustar_out o = { .arg = &b, .put = rig_put };

	member(&o, ".dsse", "x");
	member(&o, "a.dsse", "A");
	member(&o, "a.dsse.tlog-proof", "no");
	member(&o, "b.dsse", "B");
	member(&o, "b.tlog-proof", "P");
	member(&o, "c.tlog-proof", "Q");
	member(&o, "d.dsse", "D");
	EQ_U(ustar_end(&o), OK);
	EQ_U(read_all(buf_bytes(&b), &out, NULL), ERR_END);
	EQ_S(buf_cstr(&out), "A! BP! D! ");
	buf_done(&b);
	buf_done(&out);
}

TEST(no_archive)
{
	struct buf out = { 0 };
	struct fault f = { 0 };

	EQ_U(read_all((struct bytes){ 0 }, &out, &f), ERR_END);
	EQ_U(read_all(BYTES_LIT("nothing"), &out, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_EVIDENCE);
	buf_done(&out);
}
