#include "objdiff/harmless.h"
#include "objdiff/same_in.h"

#define TEXT_MIN 3 /* printable bytes before a NUL that make a text */

void
same_remember(struct same *s, uint64_t a, uint64_t b, enum alike got)
{
	struct same_slot *m = same_slot(s, &s->memo, a, b, true);

	if (m == NULL)
		return;
	s->memo.n += m->state == 0;
	*m = (struct same_slot){ a, b, (uint8_t)(SLOT_YES + got) };
}

bool
same_known(struct same *s, uint64_t a, uint64_t b, enum alike *got)
{
	struct same_slot *m = same_slot(s, &s->memo, a, b, true);

	*got = SAME_NO;
	if (m == NULL)
		return true;
	if (m->state >= SLOT_YES)
		*got = (enum alike)(m->state - SLOT_YES);
	else if (m->state == SLOT_BUSY)
		*got = SAME_YES;
	else {
		s->memo.n++;
		*m = (struct same_slot){ a, b, SLOT_BUSY };
		return false;
	}
	return true;
}

static enum alike
worse(enum alike a, enum alike b)
{
	return a > b ? a : b;
}

static bool
is_code_at(const struct elf *e, uint64_t at)
{
	const struct elf_sec *s = elf_sec_at(e, at);

	return s != NULL && (s->flags & SHF_EXECINSTR);
}

static bool
inside(const struct unit *u, uint64_t at)
{
	return u != NULL && at - u->at < u->size;
}

/*
 * A word of a jump table: the distance from the table's begin to a place in code. 1: the
 * same place, -1: another one, 0: it is no such word.
 */
static int
jump(struct same *s, uint64_t a, uint64_t b, uint32_t wa, uint32_t wb)
{
	struct ref ra = { .kind = REF_ADDR, .addr = a + (uint64_t)(int64_t)(int32_t)wa };
	struct ref rb = { .kind = REF_ADDR, .addr = b + (uint64_t)(int64_t)(int32_t)wb };
	bool own = inside(s->own_a, ra.addr);

	if (!s->a.e->wide) {
		ra.addr &= UINT32_MAX;
		rb.addr &= UINT32_MAX;
	}
	if (!own && (wa == wb || !is_code_at(s->a.e, ra.addr)))
		return 0;
	if (!is_code_at(s->b.e, rb.addr))
		return own ? -1 : 0;
	return same_refs(s, &ra, &rb) == SAME_NO ? -1 : 1;
}

/* Tables for exceptions: the distance from the word itself to what describes a type. */
static int
exception_type(struct same *s, uint64_t a, uint64_t b, uint32_t wa, uint32_t wb)
{
	struct ref ra = { .kind = REF_ADDR, .addr = a + (uint64_t)(int64_t)(int32_t)wa };
	struct ref rb = { .kind = REF_ADDR, .addr = b + (uint64_t)(int64_t)(int32_t)wb };
	const struct elf_sec *sec = elf_sec_at(s->a.e, a);

	if (wa == wb || sec == NULL)
		return 0;
	if (elf_sec_starts(sec, ".ARM.ex")) {
		if ((wa | wb) >> 31 || wa == 1 || wb == 1) /* rules in place, or none */
			return -1;
		ra.addr = (a + elf_prel31(wa)) & UINT32_MAX;
		rb.addr = (b + elf_prel31(wb)) & UINT32_MAX;
	} else if (!elf_sec_is(sec, ".gcc_except_table")) {
		return 0;
	}
	return same_refs(s, &ra, &rb) == SAME_NO ? -1 : 1;
}

/* A word that is an address, in programs that lie where they were linked. */
static int
absolute(struct same *s, uint64_t va, uint64_t vb)
{
	struct ref ra = { .kind = REF_ADDR, .addr = va },
		   rb = { .kind = REF_ADDR, .addr = vb };

	if (s->a.e->type != ET_EXEC || elf_sec_at(s->a.e, va) == NULL)
		return 0;
	if (elf_sec_at(s->b.e, vb) == NULL)
		return va == vb ? 0 : -1;
	return same_refs(s, &ra, &rb) == SAME_NO ? -1 : 1;
}

/*
 * Bytes without relocations, of one length. base: where the object begins, which words
 * of jump tables count from.
 */
static enum alike
plain(struct same *s, uint64_t base_a, uint64_t base_b, uint64_t off, uint64_t n)
{
	/* a word may reach over the end, which lies before what "text - 1" refers to */
	struct bytes a = elf_bytes_at(s->a.e, base_a + off, n + 3);
	struct bytes b = elf_bytes_at(s->b.e, base_b + off, n + 3);
	size_t step = s->a.e->wide ? 8 : 4;

	if (a.n < n || b.n < n)
		return a.n == b.n && bytes_eq(a, b) ? SAME_YES : SAME_NO;
	for (size_t i = 0; i < n;) {
		uint64_t at = base_a + off + i;
		bool even = at % 4 == 0 && a.n - i >= 4 && b.n - i >= 4;
		size_t k = !even ? 1 : n - i < 4 ? n - i : 4;
		int is = 0;
		if (even && at % step == 0 && n - i >= step)
			is = absolute(
			    s, elf_addr_at(s->a.e, a, i), elf_addr_at(s->b.e, b, i));
		if (is > 0) {
			i += step;
			continue;
		}
		if (is == 0 && even)
			is = jump(s, base_a, base_b, elf_word_at(s->a.e, a, i),
			    elf_word_at(s->b.e, b, i));
		if (is == 0 && even)
			is = exception_type(s, at, base_b + off + i,
			    elf_word_at(s->a.e, a, i), elf_word_at(s->b.e, b, i));
		if (is < 0 || (is == 0 && memcmp(a.p + i, b.p + i, k) != 0))
			return SAME_NO;
		i += k;
	}
	return SAME_YES;
}

/* The bytes a relocation fills; what no table knows fills a word. */
static uint64_t
width(const struct elf *e, const struct elf_rel *r)
{
	bool word32 = !e->wide ||
		      (e->m->arch == INSN_X86_64 && (r->type == 2 || r->type == 4 ||
							r->type == 10 || r->type == 11));

	return word32 ? 4 : 8;
}

/*
 * What the file holds where the loader or linker writes. A lazily bound function's slot
 * begins as the address its stub continues at; else it is the addend, nothing, or never
 * read: but then two builds have the same there.
 */
static bool
same_before(struct same *s, uint64_t a, uint64_t b, uint64_t n)
{
	struct bytes x = elf_bytes_at(s->a.e, a, n), y = elf_bytes_at(s->b.e, b, n);
	struct ref ra = { .kind = REF_ADDR, .addr = elf_addr_at(s->a.e, x, 0) };
	struct ref rb = { .kind = REF_ADDR, .addr = elf_addr_at(s->b.e, y, 0) };

	if (bytes_eq(x, y) &&
	    (ra.addr == 0 || n < 8 || elf_sec_at(s->a.e, ra.addr) == NULL))
		return true;
	return ra.addr != 0 && rb.addr != 0 && same_refs(s, &ra, &rb) != SAME_NO;
}

static enum alike
relocated(struct same *s, const struct elf_rel *ra, const struct elf_rel *rb)
{
	struct ref a = ref_of_rel(s->a.e, ra), b = ref_of_rel(s->b.e, rb);
	enum alike got = same_refs(s, &a, &b);
	const struct elf_sec *sec = elf_sec_at(s->a.e, ra->at);

	if (got == SAME_NO || sec == NULL || sec->type == SHT_NOBITS ||
	    s->a.e->pe != NULL)
		return got;
	/* with REL the content is the addend, which was compared */
	if (!s->a.e->rela && (a.kind == REF_NAME ? ra->type != s->a.e->m->slot : true))
		return got;
	return same_before(s, ra->at, rb->at, width(s->a.e, ra)) ? got : SAME_NO;
}

/* n bytes that begin at either address. */
static enum alike
pieces(struct same *s, uint64_t a, uint64_t b, uint64_t n)
{
	size_t na, nb, ia = elf_rels(s->a.e, a, a + n, &na),
		       ib = elf_rels(s->b.e, b, b + n, &nb);
	enum alike got = SAME_YES;
	uint64_t off = 0;

	if (na != nb)
		return SAME_NO;
	for (size_t i = 0; i < na && got != SAME_NO; i++) {
		const struct elf_rel *ra = &s->a.e->rel[ia + i],
				     *rb = &s->b.e->rel[ib + i];
		uint64_t at = ra->at - a;
		if (at != rb->at - b)
			return SAME_NO;
		if (at > off)
			got = worse(got, plain(s, a, b, off, at - off));
		if (got != SAME_NO)
			got = worse(got, relocated(s, ra, rb));
		if (at + width(s->a.e, ra) > off)
			off = at + width(s->a.e, ra);
	}
	if (got != SAME_NO && off < n)
		got = worse(got, plain(s, a, b, off, n - off));
	return got;
}

static bool
no_rels(const struct elf *e, uint64_t at, uint64_t n)
{
	size_t k;

	(void)elf_rels(e, at, at + n, &k);
	return k == 0;
}

static enum alike
mild(struct same *s, uint64_t a, struct bytes da, uint64_t b, struct bytes db)
{
	enum diff_class cls;

	if (!no_rels(s->a.e, a, da.n) || !no_rels(s->b.e, b, db.n) ||
	    !harmless_data(da, db, &cls))
		return SAME_NO;
	if (s->nmild == s->mild_cap)
		s->mild = arena_grow(
		    s->arena, s->mild, &s->mild_cap, s->nmild + 1, sizeof(*s->mild));
	if (s->mild == NULL) {
		s->spent = true;
		s->nmild = s->mild_cap = 0;
		return SAME_NO;
	}
	s->mild[s->nmild++] = (struct same_mild){ a, b, da, db, cls };
	return SAME_HARMLESS;
}

enum alike
same_data(struct same *s, uint64_t a, uint64_t na, uint64_t b, uint64_t nb)
{
	enum alike got = na == nb ? pieces(s, a, b, na) : SAME_NO;

	if (got == SAME_NO)
		got = mild(
		    s, a, elf_bytes_at(s->a.e, a, na), b, elf_bytes_at(s->b.e, b, nb));
	if (got != SAME_NO) {
		same_cover(s, &s->a, a, na);
		same_cover(s, &s->b, b, nb);
	}
	return got;
}

/* The length of a text with its NUL; 0: no text begins here. */
static uint64_t
text_length(const struct elf *e, uint64_t at)
{
	struct bytes d = elf_bytes_at(e, at, UINT64_MAX);
	const uint8_t *nul = d.n > 0 ? memchr(d.p, 0, d.n) : NULL;
	size_t n = nul ? (size_t)(nul - d.p) : 0;

	return n >= TEXT_MIN && harmless_printable(bytes_clip(d, 0, n)) ? n + 1 : 0;
}

/* A byte 0 behind a text, which is how linkers store "" (the tail of another text). */
static bool
empty_text(const struct elf *e, uint64_t at)
{
	struct bytes d = elf_bytes_at(e, at - 1, 2);

	return d.n == 2 && d.p[1] == 0 && d.p[0] >= ' ' && d.p[0] < 0x7f;
}

/*
 * Pieces end where the next one that somebody refers to begins, which may be nearer in
 * one program: then texts are compared as texts, others as far as both reach. What is
 * left of the longer one is still looked at, with what nobody refers to.
 */
static enum alike
contents(struct same *s, uint64_t a, uint64_t b)
{
	uint64_t na = same_end(&s->a, a) - a, nb = same_end(&s->b, b) - b;
	uint64_t ta = text_length(s->a.e, a), tb = text_length(s->b.e, b);
	uint64_t n = na < nb ? na : nb;
	enum alike got = n > 0 ? same_data(s, a, n, b, n) : SAME_NO;

	if (got != SAME_NO && (ta == 0 || tb == 0 || (n >= ta && n >= tb)))
		return got;
	if (ta > 0 && tb > 0 && (got != SAME_NO || na != nb || ta != tb))
		return same_data(s, a, ta, b, tb);
	return empty_text(s->a.e, a) && empty_text(s->b.e, b) ? SAME_YES : SAME_NO;
}

/* Variables of libraries that programs at fixed addresses hold a copy of. */
static enum alike
copies(struct same *s, uint64_t a, uint64_t b)
{
	size_t na, nb, ia = elf_rels(s->a.e, a, a + 1, &na),
		       ib = elf_rels(s->b.e, b, b + 1, &nb);

	if (na != nb)
		return SAME_NO;
	return na == 0 ? SAME_YES : relocated(s, &s->a.e->rel[ia], &s->b.e->rel[ib]);
}

static bool
only_loader_writes(const struct elf_sec *s)
{
	return elf_sec_starts(s, ".got") || elf_sec_starts(s, ".data.rel.ro") ||
	       elf_sec_starts(s, ".init_array") || elf_sec_starts(s, ".fini_array");
}

enum alike
same_object(struct same *s, uint64_t a, uint64_t b)
{
	const struct elf_sec *sa = elf_sec_at(s->a.e, a), *sb = elf_sec_at(s->b.e, b);
	enum alike got;

	if (!(sa->flags & SHF_WRITE) != !(sb->flags & SHF_WRITE) ||
	    (sa->type == SHT_NOBITS) != (sb->type == SHT_NOBITS))
		return SAME_NO;
	if ((sa->flags & SHF_WRITE) && !only_loader_writes(sa) && !same_variable(s, a, b))
		return SAME_NO;
	if (sa->type == SHT_NOBITS)
		return copies(s, a, b);
	if (s->still && a == b)
		return SAME_YES;
	if (same_known(s, a, b, &got))
		return got;
	got = contents(s, a, b);
	same_remember(s, a, b, got);
	return got;
}
