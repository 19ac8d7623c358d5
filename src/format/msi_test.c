/*
 * The module msi: what is read when, and budgets. Signed packages, and what was changed
 * in them, are compared in tests/golden/msi.
 */
#include "base/buf.h"
#include "format/cfb_rig.h"
#include "format/pe.h"
#include "format/rig.h"

extern const struct format format_msi;

static int64_t
is_signed(const struct rig *r)
{
	const struct fact *f = fact_find(format_msi.facts, BYTES_LIT("is_signed"));
	const uint8_t *at = (const uint8_t *)r->facts + f->at;
	int64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* All that a rule could ask: the rows, and one below them. */
static enum err
load(void *facts)
{
	for (const struct fact *f = format_msi.facts; f->type != FACT_END; f++) {
		enum err e = fact_ready(f, facts);

		if (e != OK)
			return e;
	}
	return pe_load_verified(facts);
}

/* SignedData without certificates and signers: { OID, [0] { 1, {}, { OID }, [0] {}, {} }
 * } */
static const char no_signer[] = "301f 06092a864886f70d010702 a012 3010 020101 3100 3005"
				"06032a0304 a000 3100";

static struct bytes
package(struct buf *b, struct bytes signature)
{
	return cfb_rig(b,
	    (struct cfb_part[]){
		{ "Property", 0, BYTES_LIT("ProductName"), CFB_STREAM },
		{ "\005DigitalSignature", 0, signature, CFB_STREAM },
		{ "Inner", 0, { 0 }, CFB_STORAGE },
		{ "a", 3, BYTES_LIT("x"), CFB_STREAM },
	    },
	    4);
}

TEST(nothing_is_read_before_it_is_asked_for)
{
	struct buf b = { 0 };
	struct rig *r = rig_open(&format_msi, package(&b, test_hex(no_signer)), 1 << 20);

	EQ_U(r->err, OK);
	EQ_U(r->arena.used, 0);
	EQ_I(is_signed(r), FACT_UNDEF);
	EQ_U(load(r->facts), OK);
	CHECK(r->arena.used > 0);
	rig_close(r);
	buf_done(&b);
}

TEST(what_is_not_signed)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex;
		uint64_t notes;
	} rows[] = {
		{ "no signature", "", 0 },
		{ "text", "5369676e6564", PE_NOTE_SIGNATURE },
		{ "a sequence", "3000", PE_NOTE_SIGNATURE },
		{ "cut", "301f06092a864886", PE_NOTE_SIGNATURE },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };
		struct rig *r =
		    rig_open(&format_msi, package(&b, test_hex(rows[i].hex)), 1 << 20);

		ROW("%s", rows[i].name);
		EQ_U(load(r->facts), OK);
		EQ_U(load(r->facts), OK);
		EQ_I(is_signed(r), 0);
		EQ_U(r->parse.notes, rows[i].notes);
		rig_close(r);
		buf_done(&b);
	}
}

TEST(another_file)
{
	struct rig *r = rig_open(&format_msi, BYTES_LIT("MZ"), 1 << 20);

	EQ_U(r->err, ERR_FORMAT);
	EQ_I(is_signed(r), 0);
	EQ_U(load(r->facts), OK);
	rig_close(r);
}

TEST(damaged_and_starved)
{
	struct buf b = { 0 };
	struct bytes whole = package(&b, test_hex(no_signer));

	rig_damage(&format_msi, load, whole, 700);
	rig_starve(&format_msi, load, whole, 4096);
	buf_done(&b);
}
