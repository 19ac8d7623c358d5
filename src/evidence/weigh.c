/* weigh.c - see weigh.h. */
#include "evidence/weigh.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"
#include "base/utc.h"
#include "crypto/hash.h"
#include "evidence/docket.h"
#include "evidence/dsse.h"
#include "evidence/jsonin.h"
#include "log/proof.h"

#define ARENA_FILES (16u << 20)
#define ARENA_ONE   (4 * DSSE_MAX) /* an envelope, its payload, what is made of them */
#define EARLY       86400          /* seconds that another's clock may be ahead */

struct weighing {
	const struct weigh_ask *ask;
	struct weigh_said *said;
	struct arena files, one;
	struct policy policy;
	struct examiners *examiners;
	size_t rows_cap;
	struct buf withdrawn; /* struct withdrawal each */
};

struct withdrawal {
	uint32_t examiner;
	uint64_t index;
	uint8_t envelope[32];
};

/* One statement, opened. */
struct opened {
	struct docket_item item;
	struct dsse dsse;
	struct intoto statement;
	struct attest attest;
	struct fault form;    /* of attest_read */
	struct weigh_row row; /* what is the same for all items it is about */
};

static void
copy_text(char to[WEIGH_NAME], struct bytes from)
{
	struct buf b = { 0 };

	text_escape(&b, bytes_clip(from, 0, WEIGH_NAME));
	snprintf(to, WEIGH_NAME, "%s", buf_cstr(&b));
	buf_done(&b);
}

/* --- one statement ------------------------------------------------------- */

/*
 * Who signed? A key that the hint names is tried first; but a hint is only that, so then
 * the others are. *hinted: the hint names an examiner whose signature does not hold.
 */
static uint32_t
find_signer(const struct weighing *w, const struct opened *o, uint8_t *hinted)
{
	const struct examiners *e = w->examiners;
	struct bytes hint = o->dsse.sig[0].keyid;

	for (uint32_t i = 0; i < e->n; i++) {
		struct bytes name = e->one[i].key.name;

		if (dsse_verify(&o->dsse, &e->one[i].key, 1, 1, NULL, NULL) == OK)
			return i;
		if (hint.n > name.n && memcmp(hint.p, name.p, name.n) == 0 &&
		    hint.p[name.n] == '+')
			*hinted = 1;
	}
	return UINT32_MAX;
}

/* In a log that is believed, as enough witnesses saw it. */
static enum err
judge_log(struct weighing *w, struct opened *o, struct fault *f)
{
	struct buf entry = { 0 };
	struct merkle_hash leaf;
	struct proof proof;
	struct policy_seen *seen;
	enum err e;

	if (o->item.proof.p == NULL)
		return fault_set(
		    f, FAULT_UNLOGGED, "there is no proof that it was logged");
	if (o->item.proof.n > DOCKET_PROOF)
		return fault_set(f, FAULT_TOO_LARGE, "its proof is too large");
	attest_entry(o->item.envelope, &entry);
	merkle_leaf(buf_bytes(&entry), &leaf);
	buf_done(&entry);
	seen = xcalloc(1, sizeof(*seen));
	e = proof_parse(o->item.proof, &proof, f);
	if (e == OK)
		e = proof_check(&proof, &leaf, &w->policy, seen, f);
	if (e == OK) {
		o->row.logged = 1;
		o->row.index = proof.index;
		copy_text(o->row.origin, seen->checkpoint.origin);
	}
	free(seen);
	return e;
}

static const char *
date(int64_t t, char out[UTC_SIZE])
{
	utc_print(t, out);
	return out;
}

static enum err
judge_time(const struct weighing *w, const struct opened *o, struct fault *f)
{
	char when[UTC_SIZE];

	if (o->attest.date > w->ask->now + EARLY)
		return fault_set(f, FAULT_EVIDENCE,
		    "it is dated %s, in the future: is this machine's clock right?",
		    date(o->attest.date, when));
	if (o->attest.not_after != 0 && w->ask->now > o->attest.not_after)
		return fault_set(f, FAULT_LAPSED, "it was good until %s",
		    date(o->attest.not_after, when));
	return OK;
}

static void
take_withdrawals(struct weighing *w, const struct opened *o)
{
	for (size_t i = 0; i < jsonin_count(o->attest.withdraws); i++) {
		const struct json_t *v = jsonin_at(o->attest.withdraws, i);
		struct withdrawal x = { .examiner = o->row.examiner,
			.index = o->row.index };

		if (hash_unhex(jsonin_text(v), x.envelope, sizeof(x.envelope)) &&
		    attest_withdraws(&o->attest, x.envelope))
			buf_put(&w->withdrawn, &x, sizeof(x));
	}
}

/* Everything about the statement that does not depend on the item. */
static void
judge_one(struct weighing *w, struct opened *o)
{
	struct weigh_row *r = &o->row;
	memcpy(r->envelope, o->item.sha256, 32);
	r->kind = o->attest.kind;
	r->date = o->attest.date;
	r->not_after = o->attest.not_after;
	copy_text(r->type, o->statement.predicate_type);
	r->examiner = find_signer(w, o, &r->hinted);
	if (r->examiner != UINT32_MAX)
		copy_text(r->who, w->examiners->one[r->examiner].name);
	else
		copy_text(r->who, o->dsse.sig[0].keyid);
	if (r->examiner == UINT32_MAX)
		(void)fault_set(&r->fault, FAULT_FORGED,
		    r->hinted
			? "it says that it is this examiner's, and his signature does "
			  "not hold"
			: "whoever signed it is no examiner of ours");
	if (o->form.kind != FAULT_NONE)
		(void)fault_set(&r->fault, o->form.kind, "%s", o->form.text);
	if (judge_log(w, o, &r->fault) == OK && judge_time(w, o, &r->fault) == OK &&
	    r->fault.kind == FAULT_NONE)
		take_withdrawals(w, o);
}

/* --- statements and items ------------------------------------------------ */

static void
add_row(struct weighing *w, const struct weigh_row *r)
{
	struct weigh_said *s = w->said;

	s->row = xgrow(s->row, &w->rows_cap, s->nrow + 1, sizeof(*r));
	s->row[s->nrow++] = *r;
}

/* The first subject of that name, or with that digest. */
static const struct intoto_subject *
find_subject(const struct intoto *s, struct bytes file, const uint8_t sha256[32])
{
	for (size_t i = 0; i < s->nsubject; i++)
		if (sha256 ? memcmp(s->subject[i].sha256, sha256, 32) == 0
			   : file.n > 0 && bytes_eq(s->subject[i].name, file))
			return &s->subject[i];
	return NULL;
}

/* Does the subject with this digest bear the package's name, too? */
static bool
named_so(const struct intoto *s, const struct weigh_item *item)
{
	for (size_t i = 0; i < s->nsubject; i++)
		if (memcmp(s->subject[i].sha256, item->sha256, 32) == 0 &&
		    bytes_eq(s->subject[i].name, item->file))
			return true;
	return false;
}

/*
 * What the statement says of one item; false: nothing. One that speaks of a file of the
 * same name with other bytes is told, too: it is what a person would look for.
 */
static bool
about_item(const struct opened *o, const struct weigh_item *item, struct weigh_row *r)
{
	const struct intoto *s = &o->statement;

	if (find_subject(s, item->file, item->sha256) != NULL) {
		/* also of one that is not in order: then it cannot help, but may object
		 */
		r->result = attest_about(s, &o->attest, item->sha256);
		if (item->scope == EXAMINERS_PACKAGE && !named_so(s, item))
			(void)fault_set(&r->fault, FAULT_OTHER,
			    "it speaks of these bytes under another name than '%s'",
			    fault_quote(item->file));
		return true;
	}
	if (find_subject(s, item->file, NULL) == NULL || o->attest.date < item->since)
		return false;
	r->result = ATTEST_INCONCLUSIVE;
	(void)fault_set(&r->fault, FAULT_OTHER,
	    "it is about another artefact: '%s' with other bytes",
	    fault_quote(item->file));
	return true;
}

/*
 * A statement of which nobody can tell what it was about: told for every item, since an
 * examiner's word that was damaged on the way must not be missing without a trace.
 */
static void
add_damaged(struct weighing *w, const struct opened *o, const char *what)
{
	struct weigh_row r = { .examiner = UINT32_MAX,
		.kind = ATTEST_KINDS,
		.result = ATTEST_INCONCLUSIVE,
		.hinted = 1 };

	memcpy(r.envelope, o->item.sha256, 32);
	copy_text(r.who, o->dsse.nsig > 0 ? o->dsse.sig[0].keyid : BYTES_LIT("?"));
	damaged_add(&w->said->damaged, r.envelope, r.who);
	if (w->said->damaged.n > DAMAGED_MOST)
		return;
	copy_text(r.type, BYTES_LIT("?"));
	(void)fault_set(&r.fault, FAULT_ENVELOPE, "it is damaged: %s", what);
	for (size_t i = 0; i < w->ask->n && w->said->nrow < WEIGH_ROWS / 2; i++) {
		r.item = (uint32_t)i;
		add_row(w, &r);
	}
}

/* Does it say that it is an examiner's of ours, whose signature does not hold? */
static bool
is_damaged(const struct weighing *w, const struct opened *o)
{
	uint8_t hinted = 0;

	return find_signer(w, o, &hinted) == UINT32_MAX && hinted;
}

/* Signed by one of them, or said to be: he may object, and nobody can read to what. */
static bool
is_examiners(const struct weighing *w, const struct opened *o)
{
	uint8_t hinted = 0;

	return find_signer(w, o, &hinted) != UINT32_MAX || hinted;
}

static bool
is_about_any(const struct weighing *w, const struct opened *o)
{
	struct weigh_row r = { 0 };

	for (size_t i = 0; i < w->ask->n; i++)
		if (about_item(o, &w->ask->item[i], &r))
			return true;
	return false;
}

/*
 * The payload is looked at before its signature is verified, only to see whether it
 * concerns us; it is the same bytes that are verified then.
 */
static void
take_statement(struct weighing *w, struct opened *o)
{
	struct fault f = { 0 };
	bool named, in_toto;
	enum err e;

	if (dsse_parse(o->item.envelope, &w->one, &o->dsse, &f) != OK) {
		add_damaged(w, o, f.kind != FAULT_NONE ? f.text : "it is too large");
		return;
	}
	in_toto = bytes_eq(o->dsse.type, BYTES_LIT(DSSE_INTOTO));
	e = in_toto ? intoto_parse(o->dsse.payload, &w->one, &o->statement, &f) : OK;
	if (e != OK && is_examiners(w, o)) {
		add_damaged(
		    w, o, f.kind != FAULT_NONE ? f.text : "it is larger than is read");
		return;
	}
	named = in_toto && e == OK &&
		(attest_read(&o->statement, &o->attest, &o->form) == OK ||
		    o->form.kind != FAULT_NONE) &&
		is_about_any(w, o);
	if (!named) {
		if (is_damaged(w, o))
			add_damaged(w, o,
			    "it says that it is this examiner's, and his signature "
			    "does not hold");
		else if (!o->item.intact)
			damaged_add(&w->said->damaged, o->item.sha256, "?");
		return;
	}
	judge_one(w, o);
	if (o->row.examiner == UINT32_MAX && (o->row.hinted || !o->item.intact))
		damaged_add(&w->said->damaged, o->item.sha256, o->row.who);
	for (size_t i = 0; i < w->ask->n && w->said->nrow < WEIGH_ROWS; i++) {
		struct weigh_row r = o->row;

		r.item = (uint32_t)i;
		if (about_item(o, &w->ask->item[i], &r))
			add_row(w, &r);
	}
}

static enum err
take_all(struct weighing *w)
{
	struct docket *d = xcalloc(1, sizeof(*d));
	struct docket_item item;
	enum err e;

	docket_open(d, w->ask->docket);
	while ((e = docket_next(d, &item, &w->said->fault)) == OK) {
		struct opened *o = xcalloc(1, sizeof(*o));

		o->item = item;
		take_statement(w, o);
		intoto_done(&o->statement);
		arena_reset(&w->one);
		free(o);
	}
	free(d);
	/* a row that had no room could have been an objection */
	if (e == ERR_END && w->said->nrow >= WEIGH_ROWS)
		return fault_set(&w->said->fault, FAULT_TOO_LARGE,
		    "there are more than %d statements about it", WEIGH_ROWS);
	return e == ERR_END ? OK : e;
}

static void
mark_withdrawn(struct weighing *w)
{
	const uint8_t *p = w->withdrawn.p;
	struct withdrawal x;

	for (size_t at = 0; at < w->withdrawn.n; at += sizeof(x)) {
		memcpy(&x, p + at, sizeof(x));
		for (size_t i = 0; i < w->said->nrow; i++) {
			struct weigh_row *r = &w->said->row[i];

			if (r->examiner == x.examiner &&
			    memcmp(r->envelope, x.envelope, 32) == 0 &&
			    (!r->logged || r->index < x.index))
				r->withdrawn = 1;
		}
	}
}

/* --- the verdict --------------------------------------------------------- */

static bool
speaks_for(const struct weigh_row *r)
{
	return r->kind == ATTEST_REBUILD && r->result == ATTEST_PASSED &&
	       r->fault.kind == FAULT_NONE && !r->withdrawn;
}

/* The signature holds, and that is enough. */
static bool
speaks_against(const struct weigh_row *r)
{
	return r->examiner != UINT32_MAX && r->result == ATTEST_FAILED && !r->withdrawn;
}

static uint32_t
count_good(const struct weighing *w, uint32_t item, const struct examiners_rule *rule)
{
	bool good[EXAMINERS_MOST] = { false };
	uint32_t n = 0;

	for (size_t i = 0; i < w->said->nrow; i++) {
		const struct weigh_row *r = &w->said->row[i];

		if (r->item == item && speaks_for(r))
			good[r->examiner] = true;
	}
	for (uint32_t i = 0; i < rule->n; i++)
		n += good[rule->member[i]];
	return n;
}

/* A statement of somebody unknown says nothing about why ours are too few. */
static bool
is_strangers(const struct weigh_row *r)
{
	return r->examiner == UINT32_MAX && !r->hinted;
}

/* The statement whose fault tells most about why there were too few is the heaviest. */
static unsigned
weight(const struct weigh_row *r)
{
	return r->fault.kind == FAULT_OTHER ? 1 : r->examiner == UINT32_MAX ? 2 : 3;
}

static const struct weigh_row *
most_telling(const struct weighing *w, uint32_t item)
{
	const struct weigh_row *best = NULL;

	for (size_t i = 0; i < w->said->nrow; i++) {
		const struct weigh_row *r = &w->said->row[i];

		if (r->item != item || r->fault.kind == FAULT_NONE || is_strangers(r))
			continue;
		if (best == NULL || weight(r) > weight(best))
			best = r;
	}
	return best;
}

static void
too_few(const struct weighing *w, uint32_t item, struct weigh_verdict *v)
{
	const struct weigh_row *r = most_telling(w, item);
	const char *file = fault_quote(w->ask->item[item].file);
	char start[240], hex[17];

	snprintf(start, sizeof(start),
	    "'%s': %u of the %u examiners that are needed rebuilt it bit-identically",
	    file, v->good, v->need);
	if (r != NULL) {
		hash_hex(r->envelope, 8, hex);
		(void)fault_set(&v->fault, r->fault.kind,
		    "%s; statement %s... of '%.60s' does not count: %s", start, hex,
		    r->who, r->fault.text);
	} else if (w->said->damaged.n > 0)
		(void)fault_set(&v->fault, FAULT_ENVELOPE,
		    "%s; %u of the statements that came are not the bytes that were "
		    "published",
		    start, w->said->damaged.n);
	else
		(void)fault_set(&v->fault, FAULT_FEW, "%s", start);
}

static bool
objected(const struct weighing *w, uint32_t item, struct weigh_verdict *v)
{
	char when[UTC_SIZE], hex[17];

	for (size_t i = 0; i < w->said->nrow; i++) {
		const struct weigh_row *r = &w->said->row[i];

		if (r->item != item || !speaks_against(r))
			continue;
		hash_hex(r->envelope, 8, hex);
		(void)fault_set(&v->fault, FAULT_OBJECTION,
		    "'%s': the examiner '%s' objects (%s of %s, statement %s...)",
		    fault_quote(w->ask->item[item].file), r->who, attest_name(r->kind),
		    date(r->date, when), hex);
		return true;
	}
	return false;
}

static void
judge_item(struct weighing *w, uint32_t i)
{
	const struct weigh_item *item = &w->ask->item[i];
	struct weigh_verdict *v = &w->said->verdict[i];
	const struct examiners_rule *rule;
	uint32_t at = 0;

	while ((rule = examiners_next(w->examiners, item->scope, item->name, &at))) {
		v->rules++;
		v->need = rule->need;
		v->good = count_good(w, i, rule);
		if (v->good < v->need)
			break;
	}
	if (v->rules == 0 && item->scope != EXAMINERS_PACKAGE)
		(void)fault_set(&v->fault, FAULT_EXAMINERS,
		    "no line of the file of examiners is about '%s', so nobody's word "
		    "would be enough",
		    fault_quote(item->name.n ? item->name : item->file));
	if (v->rules == 0 || objected(w, i, v) || v->good >= v->need)
		return;
	too_few(w, i, v);
}

static enum err
read_files(struct weighing *w)
{
	struct fault *f = &w->said->fault;

	TRY(policy_parse(w->ask->trust, &w->files, &w->policy, f));
	w->examiners = ARENA_NEW(&w->files, struct examiners);
	if (w->examiners == NULL)
		return ERR_LIMIT;
	return examiners_parse(w->ask->examiners, &w->files, w->examiners, f);
}

void
weigh(const struct weigh_ask *ask, struct weigh_said *out)
{
	struct weighing *w = xcalloc(1, sizeof(*w));
	enum err e;

	*out = (struct weigh_said){ .n = ask->n };
	out->verdict = xcalloc(ask->n + 1, sizeof(*out->verdict));
	w->ask = ask;
	w->said = out;
	arena_init(&w->files, ARENA_FILES);
	arena_init(&w->one, ARENA_ONE);
	e = read_files(w);
	if (e == OK)
		e = take_all(w);
	if (e != OK)
		(void)fault_set(
		    &out->fault, FAULT_TOO_LARGE, "it takes too much memory to judge");
	mark_withdrawn(w);
	for (size_t i = 0; i < ask->n && e == OK; i++)
		judge_item(w, (uint32_t)i);
	buf_done(&w->withdrawn);
	arena_done(&w->one);
	arena_done(&w->files);
	free(w);
}

void
weigh_done(struct weigh_said *s)
{
	free(s->verdict);
	free(s->row);
	*s = (struct weigh_said){ 0 };
}

/* --- out of the jail ----------------------------------------------------- */

void
weigh_pack(const struct weigh_said *s, struct buf *out)
{
	buf_put(out, &s->fault, sizeof(s->fault));
	buf_put(out, &s->damaged, sizeof(s->damaged));
	buf_put(out, s->verdict, s->n * sizeof(*s->verdict));
	buf_put(out, s->row, s->nrow * sizeof(*s->row));
}

/* Whatever process wrote these: strings end, and indices lie inside. */
static bool
row_ok(struct weigh_row *r, size_t n)
{
	r->who[WEIGH_NAME - 1] = r->type[WEIGH_NAME - 1] = r->origin[WEIGH_NAME - 1] =
	    '\0';
	r->fault.text[sizeof(r->fault.text) - 1] = '\0';
	return r->item < n && (unsigned)r->kind <= ATTEST_KINDS &&
	       (unsigned)r->result <= ATTEST_INCONCLUSIVE &&
	       (unsigned)r->fault.kind < FAULT_KINDS;
}

enum err
weigh_unpack(struct bytes b, size_t n, struct weigh_said *out)
{
	struct weigh_said s = { .n = n };
	const size_t head = sizeof(s.fault) + sizeof(s.damaged);
	size_t fixed = head + n * sizeof(*s.verdict), rest;
	bool ok;

	if (n > WEIGH_ITEMS || b.n < fixed || (b.n - fixed) % sizeof(*s.row) != 0)
		return ERR_FORMAT;
	rest = b.n - fixed;
	memcpy(&s.fault, b.p, sizeof(s.fault));
	memcpy(&s.damaged, b.p + sizeof(s.fault), sizeof(s.damaged));
	ok = damaged_check(&s.damaged);
	s.fault.text[sizeof(s.fault.text) - 1] = '\0';
	s.verdict = xcalloc(n + 1, sizeof(*s.verdict));
	memcpy(s.verdict, b.p + head, n * sizeof(*s.verdict));
	s.nrow = rest / sizeof(*s.row);
	s.row = xcalloc(s.nrow + 1, sizeof(*s.row));
	memcpy(s.row, b.p + fixed, rest);
	for (size_t i = 0; i < n; i++) {
		s.verdict[i].fault.text[sizeof(s.fault.text) - 1] = '\0';
		ok = ok && (unsigned)s.verdict[i].fault.kind < FAULT_KINDS;
	}
	for (size_t i = 0; i < s.nrow; i++)
		ok = row_ok(&s.row[i], n) && ok;
	if (!ok || (unsigned)s.fault.kind >= FAULT_KINDS) {
		weigh_done(&s);
		return ERR_FORMAT;
	}
	*out = s;
	return OK;
}
