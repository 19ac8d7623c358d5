#include "objdiff/unit.h"

#include "base/sort.h"

/* A place where a function may begin; rank breaks ties, the lowest names the unit. */
struct start {
	uint64_t at, size;
	struct bytes name;
	const struct eh_fde *fde;
	uint8_t rank, kind;
	bool thumb;
};

enum { RANK_GLOBAL, RANK_WEAK, RANK_LOCAL, RANK_FDE, RANK_CALLED };

struct starts {
	struct arena arena; /* of their own: units are what stays */
	struct start *v;
	size_t n, cap;
};

static enum err
start_put(const struct elf *e, struct starts *s, struct start x)
{
	if (!elf_near(e, x.at, x.size))
		return OK;
	if (s->n == s->cap)
		s->v = arena_grow(&s->arena, s->v, &s->cap, s->n + 1, sizeof(*s->v));
	if (s->v == NULL)
		return ERR_LIMIT;
	s->v[s->n++] = x;
	return OK;
}

static bool
is_code(const struct elf_sec *s)
{
	return s != NULL && (s->flags & SHF_EXECINSTR) && s->data.n > 0;
}

static bool
is_stubs(const struct elf_sec *s)
{
	return elf_sec_starts(s, ".plt") || elf_sec_starts(s, ".iplt");
}

static enum err
starts_of_symbols(const struct elf *e, const struct elf_table *t, struct starts *out)
{
	struct elf_sym s;

	for (uint32_t i = 1; i < t->n; i++) {
		if (!elf_sym_at(e, t, i, &s) || s.shndx == 0 || s.name.n == 0)
			continue;
		uint8_t type = s.info & 15, bind = s.info >> 4;
		/* assembly may leave functions without a type; $x and kin mark data in
		 * code */
		bool untyped = type == 0 && bind == 1;
		if ((type != STT_FUNC && type != STT_GNU_IFUNC && !untyped) ||
		    !is_code(elf_sec_at(e, s.value)))
			continue;
		TRY(start_put(e, out,
		    (struct start){ .at = s.value,
			.size = s.size,
			.name = s.name,
			.thumb = s.thumb,
			.kind = UNIT_FUNCTION,
			.rank = bind == 1   ? RANK_GLOBAL
				: bind == 2 ? RANK_WEAK
					    : RANK_LOCAL }));
	}
	return OK;
}

static enum err
starts_of_eh(const struct elf *e, const struct eh_table *eh, struct starts *out)
{
	for (size_t i = 0; i < eh->n; i++) {
		const struct eh_fde *f = &eh->fde[i];
		const struct elf_sec *s = elf_sec_at(e, f->at);
		/* one record covers a whole table of stubs, which are found one by one */
		if (!is_code(s) || is_stubs(s))
			continue;
		TRY(start_put(e, out,
		    (struct start){ .at = f->at,
			.size = f->size,
			.fde = f,
			.thumb = e->thumb,
			.rank = RANK_FDE,
			.kind = UNIT_FUNCTION }));
	}
	return OK;
}

/* What the loader puts into the slot at an address; no name: nothing, or no symbol. */
static struct bytes
slot_name(const struct elf *e, uint64_t slot)
{
	struct elf_sym s;
	size_t n, i = elf_rels(e, slot, slot + 1, &n);

	if (n == 0 || !elf_sym_at(e, elf_rel_table(e), e->rel[i].sym, &s))
		return (struct bytes){ 0 };
	return s.name;
}

/* The slot a stub jumps through: the first address in it that has a relocation. */
static struct bytes
stub_name(const struct elf *e, struct bytes code, uint64_t at)
{
	struct insn_run r = elf_run(e, false);
	struct insn x;
	struct bytes name;

	for (uint64_t off = 0; off < code.n; off += x.len) {
		insn_next(&r, code, off, at, &x);
		for (uint8_t i = 0; i < x.nf; i++) {
			name = slot_name(
			    e, x.f[i].value & (e->wide ? UINT64_MAX : UINT32_MAX));
			if (x.f[i].kind != INSN_BRANCH && name.n > 0)
				return name;
		}
	}
	return (struct bytes){ 0 };
}

static bool
is_slot(const struct elf *e, const struct elf_rel *r)
{
	return r->type == e->m->slot && r->sym != 0;
}

/*
 * Machines whose stubs compute the slot's address in ways we do not follow: stubs stand
 * in the order of the slots, behind a head that is what the size leaves over.
 */
static struct bytes
stub_by_order(const struct elf *e, uint64_t index)
{
	struct elf_sym s;

	for (size_t i = 0; i < e->nrel; i++)
		if (is_slot(e, &e->rel[i]) && index-- == 0)
			return elf_sym_at(e, elf_rel_table(e), e->rel[i].sym, &s)
				   ? s.name
				   : (struct bytes){ 0 };
	return (struct bytes){ 0 };
}

#define STUB      16
#define STUBS_MAX 65536u
#define ORDER_MAX 4096u /* by_order is a walk each */

static size_t
slots(const struct elf *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->nrel; i++)
		n += is_slot(e, &e->rel[i]);
	return n;
}

/* bx pc; nop: through it T32 gets into the stub, which is A32. */
static bool
is_door(struct bytes b)
{
	return b.n >= 4 && le32(b.p) == 0x46c04778;
}

/* ARM: each begins by adding to the program counter, and has three words or four. */
static enum err
starts_of_arm(const struct elf *e, const struct elf_sec *s, struct starts *out)
{
	struct start x = { .kind = UNIT_STUB };

	for (uint64_t off = 0, i = 0; off + 12 <= s->data.n && i < STUBS_MAX; off += 4) {
		struct bytes code = bytes_from(s->data, off);
		bool door = is_door(code) && off + 16 <= s->data.n;

		if ((le32(code.p + 4 * door) & 0xfffff000) != 0xe28fc000)
			continue;
		x.at = s->addr + off;
		x.size = door ? 16 : 12;
		x.name = stub_name(e, bytes_clip(code, 4 * door, 12), x.at + 4 * door);
		TRY(start_put(e, out, x));
		off += x.size - 4;
		i++;
	}
	return OK;
}

static enum err
starts_of_stubs(const struct elf *e, const struct elf_sec *s, struct starts *out)
{
	bool follows = e->m->arch == INSN_X86_64 || e->m->arch == INSN_ARM64;
	if (e->m->arch == INSN_ARM)
		return starts_of_arm(e, s, out);
	size_t n = follows ? 0 : slots(e), step = STUB;
	uint64_t head = s->data.n > n * step ? s->data.n - n * step : 0;

	if (elf_sec_is(s, ".plt.got") && e->m->arch != INSN_ARM64)
		step = 8; /* no lazy binding, so no second half */
	if (s->entsize >= 8 && s->entsize <= 64 && step != 8)
		step = (size_t)s->entsize;
	for (uint64_t off = 0, i = 0; off < s->data.n && i < STUBS_MAX;
	     off += step, i++) {
		struct start x = { .at = s->addr + off, .size = step, .kind = UNIT_STUB };
		struct bytes code = bytes_clip(s->data, off, step);
		if (follows)
			x.name = stub_name(e, code, x.at);
		else if (off >= head && n < ORDER_MAX && elf_sec_starts(s, ".plt") &&
			 step == STUB)
			x.name = stub_by_order(e, (off - head) / STUB);
		x.size = code.n;
		TRY(start_put(e, out, x));
	}
	return OK;
}

static int
start_cmp(const void *a, const void *b)
{
	const struct start *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return bytes_cmp(x->name, y->name);
}

/* Several starts at one address are one: the first names it, the longest sizes it. */
static void
starts_merge(struct starts *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct start *last = n > 0 ? &s->v[n - 1] : NULL;
		if (last == NULL || last->at != s->v[i].at) {
			s->v[n++] = s->v[i];
			continue;
		}
		if (last->size < s->v[i].size)
			last->size = s->v[i].size;
		if (last->fde == NULL)
			last->fde = s->v[i].fde;
	}
	s->n = n;
}

/* x86: int3, and the forms of nop that assemblers fill with. */
static bool
nop_x86(const struct insn *x, bool wide)
{
	size_t k = 0;

	while (k < x->len && (x->fixed[k] == 0x66 || x->fixed[k] == 0x2e))
		k++;
	if (x->fixed[k] == 0x90 || x->fixed[k] == 0xcc)
		return true;
	if (x->fixed[k] == 0x0f && k + 1 < x->len && x->fixed[k + 1] == 0x1f)
		return true;
	/* 32 bits: lea 0(%esi),%esi and lea 0(%esi,%eiz),%esi in their long forms */
	return !wide && x->len >= 3 && x->fixed[k] == 0x8d &&
	       (x->fixed[k + 1] | 0xc2) == 0xf6 && x->fixed[x->len - 1] == 0;
}

static bool
nop_word(const struct elf *e, const struct insn *x)
{
	uint32_t w = e->be ? be32(x->fixed) : le32(x->fixed);

	if (x->len != 4)
		return false;
	return w == 0 || (e->m->arch == INSN_ARM64 && w == 0xd503201f) ||
	       (e->m->arch == INSN_PPC && w == 0x60000000) ||
	       (e->m->arch == INSN_ARM && (w == 0xe320f000 || w == 0xe1a00000));
}

size_t
unit_padding(const struct elf *e, struct bytes code)
{
	struct insn_run r = elf_run(e, false);
	bool x86 = r.arch == INSN_X86_64 || r.arch == INSN_I386;
	bool bytewise = x86 || r.arch == INSN_OPAQUE || r.arch == INSN_S390X;
	size_t off = 0;
	struct insn x;

	while (off < code.n) {
		/* T32's nop, and the one that older assemblers make of mov */
		if (r.arch == INSN_ARM && code.n - off >= 2 &&
		    (le16(code.p + off) == 0xbf00 || le16(code.p + off) == 0x46c0)) {
			off += 2;
			continue;
		}
		if (code.p[off] == 0 && (bytewise || code.n - off < 4)) {
			off++;
			continue;
		}
		insn_next(&r, code, off, 0, &x);
		if (x86 ? !nop_x86(&x, r.arch == INSN_X86_64) : !nop_word(e, &x))
			break;
		off += x.len;
	}
	return off;
}

static enum err
unit_put(struct units *u, struct unit x)
{
	if (u->n == u->cap)
		u->v = arena_grow(u->e->arena, u->v, &u->cap, u->n + 1, sizeof(*u->v));
	if (u->v == NULL)
		return ERR_LIMIT;
	u->v[u->n++] = x;
	return OK;
}

/* What lies between functions is a unit when it is more than padding. */
static enum err
run_put(struct units *u, const struct elf_sec *s, uint64_t from, uint64_t to)
{
	struct bytes code = bytes_sub(s->data, from - s->addr, to - from);
	size_t skip = unit_padding(u->e, code);

	if (skip >= code.n)
		return OK;
	return unit_put(u, (struct unit){ .at = from + skip,
			       .size = code.n - skip,
			       .sec = s,
			       .kind = UNIT_GAP,
			       .thumb = u->e->thumb && !is_stubs(s) });
}

/* Where only some spans count, functions outside of them look like gaps and are none. */
static enum err
gap_put(struct units *u, const struct elf_sec *s, uint64_t from, uint64_t to)
{
	if (u->e->nspan == 0)
		return run_put(u, s, from, to);
	for (uint32_t i = 0; i < u->e->nspan; i++) {
		const struct elf_span *n = &u->e->span[i];
		uint64_t a = n->from > from ? n->from : from, b = n->to < to ? n->to : to;
		if (a < b)
			TRY(run_put(u, s, a, b));
	}
	return OK;
}

static enum err
section_units(struct units *u, const struct elf_sec *s, const struct start *v, size_t n)
{
	uint64_t at = s->addr, end = s->addr + s->data.n, looked = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t next = i + 1 < n ? v[i + 1].at : end, room = next - v[i].at;
		uint64_t size = v[i].size;
		bool open = size == 0 && v[i].rank >= RANK_FDE;
		if (v[i].at > at)
			TRY(gap_put(u, s, at, v[i].at));
		if (size == 0 || size > room)
			size = room;
		TRY(unit_put(u,
		    (struct unit){ .at = v[i].at,
			.size = size,
			.name = v[i].name,
			.fde = v[i].fde,
			.sec = s,
			.kind = v[i].kind,
			.thumb = v[i].thumb,
			.open = open,
			.global = v[i].rank == RANK_GLOBAL || v[i].rank == RANK_WEAK }));
		at = v[i].at + size;
		elf_looked(u->e, &looked, room);
	}
	return at < end ? gap_put(u, s, at, end) : OK;
}

static enum err
units_cut(struct units *u, struct starts *s)
{
	size_t from = 0;

	u->n = 0; /* a second time where the first was: there are more, not fewer */
	sort(s->v, s->n, sizeof(*s->v), start_cmp);
	starts_merge(s);
	for (uint32_t k = 0; k < u->e->nplace; k++) {
		const struct elf_sec *sec = &u->e->sec[u->e->place[k]];
		if (!is_code(sec))
			continue;
		while (from < s->n && s->v[from].at < sec->addr)
			from++;
		size_t to = from;
		while (to < s->n && s->v[to].at - sec->addr < sec->data.n)
			to++;
		TRY(section_units(u, sec, s->n > 0 ? &s->v[from] : NULL, to - from));
		from = to;
	}
	return OK;
}

/* May a function begin at an address of which no table told? */
static bool
is_hidden(const struct unit *x, uint64_t at)
{
	return x != NULL && (x->kind == UNIT_GAP || x->open) && x->at != at;
}

/* Where nothing else tells, a function begins where one is called. */
static enum err
starts_of_calls(const struct units *u, struct starts *out)
{
	uint64_t looked = 0;

	for (size_t i = 0; i < u->n; i++) {
		struct insn_run r = unit_run(u, &u->v[i]);
		struct bytes code = unit_code(u, &u->v[i]);
		struct insn x;
		elf_looked(u->e, &looked, code.n);
		for (uint64_t off = 0; off < code.n; off += x.len) {
			insn_next(&r, code, off, u->v[i].at, &x);
			if (!x.call || x.nf == 0 ||
			    !is_hidden(unit_at(u, x.f[0].value), x.f[0].value))
				continue;
			TRY(start_put(u->e, out,
			    (struct start){ .at = x.f[0].value,
				.thumb = u->v[i].thumb,
				.rank = RANK_CALLED,
				.kind = UNIT_FUNCTION }));
		}
	}
	return OK;
}

/* Or where a pointer leads that the loader moves. */
static enum err
starts_of_pointers(const struct units *u, struct starts *out)
{
	const struct elf *e = u->e;

	for (size_t i = 0; i < e->nrel && e->type != ET_REL; i++) {
		const struct elf_rel *r = &e->rel[i];
		uint64_t at = elf_code_at(e, r->addend);
		if (r->type != e->m->relative || r->sym != 0 ||
		    !is_hidden(unit_at(u, at), at))
			continue;
		TRY(start_put(e, out,
		    (struct start){ .at = at,
			.thumb = at != r->addend,
			.rank = RANK_CALLED,
			.kind = UNIT_FUNCTION }));
	}
	return OK;
}

/* jmp through a slot: of PE files such stubs stand among the code, one by one. */
static bool
is_thunk(const struct insn *x, struct bytes code, uint64_t off)
{
	return x->len == 6 && code.p[off] == 0xff && code.p[off + 1] == 0x25;
}

static enum err
thunks_in(const struct units *u, const struct unit *x, struct starts *out)
{
	struct insn_run r = unit_run(u, x);
	struct bytes code = unit_code(u, x);
	bool begins = true; /* behind another one, or what fills */
	struct insn i;

	for (uint64_t off = 0; off < code.n; off += i.len) {
		struct start s = { .at = x->at + off, .size = 6, .kind = UNIT_STUB };

		insn_next(&r, code, off, s.at, &i);
		if (begins && is_thunk(&i, code, off)) {
			s.name = stub_name(u->e, bytes_clip(code, off, 6), s.at);
			s.rank = RANK_LOCAL;
			if (s.name.n > 0)
				TRY(start_put(u->e, out, s));
		} else
			begins = unit_padding(u->e, bytes_clip(code, off, i.len)) > 0;
	}
	return OK;
}

static enum err
starts_of_thunks(const struct units *u, struct starts *out)
{
	enum insn_arch arch = u->e->m->arch;

	for (size_t i = 0; i < u->n && u->e->pe != NULL; i++)
		if ((arch == INSN_X86_64 || arch == INSN_I386) &&
		    (u->v[i].kind == UNIT_GAP || u->v[i].open))
			TRY(thunks_in(u, &u->v[i], out));
	return OK;
}

static bool
has_large_gap(const struct units *u)
{
	for (size_t i = 0; i < u->n; i++)
		if ((u->v[i].kind == UNIT_GAP || u->v[i].open) && u->v[i].size > 256)
			return true;
	return false;
}

static enum err
start_known(const struct elf *e, uint64_t where, struct starts *out)
{
	uint64_t at = elf_code_at(e, where);

	if (where == 0 || !is_code(elf_sec_at(e, at)))
		return OK;
	return start_put(e, out,
	    (struct start){ .at = at,
		.thumb = at != where,
		.rank = RANK_CALLED,
		.kind = UNIT_FUNCTION });
}

/* What the loader runs is a function, whatever tables there are. */
static enum err
starts_of_loader(const struct elf *e, struct starts *out)
{
	if (e->type == ET_REL)
		return OK;
	TRY(start_known(e, e->entry, out));
	TRY(start_known(e, e->init, out));
	return start_known(e, e->fini, out);
}

/* ARM's table for unwinding (EHABI 5): a distance of 31 bits to each function. */
static enum err
starts_of_exidx(const struct elf *e, struct starts *out)
{
	const struct elf_sec *t = elf_sec_of_type(e, SHT_ARM_EXIDX);

	if (e->machine != 40 || t == NULL || e->type == ET_REL)
		return OK;
	for (uint64_t off = 0; off + 8 <= t->data.n; off += 8) {
		uint64_t at = t->addr + off + elf_prel31(elf_word_at(e, t->data, off));
		struct start x = { .at = at & UINT32_MAX,
			.thumb = e->thumb,
			.rank = RANK_FDE,
			.kind = UNIT_FUNCTION };
		const struct elf_sec *s = elf_sec_at(e, x.at);

		if (is_code(s) && !is_stubs(s))
			TRY(start_put(e, out, x));
	}
	return OK;
}

static enum err
find(struct units *u, struct starts *s)
{
	const struct elf *e = u->e;
	size_t before;

	TRY(starts_of_symbols(e, &e->symtab, s));
	TRY(starts_of_symbols(e, &e->dynsym, s));
	TRY(starts_of_eh(e, &u->eh, s));
	TRY(starts_of_exidx(e, s));
	TRY(starts_of_loader(e, s));
	for (uint32_t i = 1; i < e->nsec; i++)
		if (is_code(&e->sec[i]) && is_stubs(&e->sec[i]))
			TRY(starts_of_stubs(e, &e->sec[i], s));
	TRY(units_cut(u, s));
	before = s->n;
	TRY(starts_of_thunks(u, s));
	/* PowerPC64's stubs are known by who calls them, however few there are */
	if (has_large_gap(u) || u->e->m->arch == INSN_PPC) {
		TRY(starts_of_calls(u, s));
		TRY(starts_of_pointers(u, s));
	}
	return s->n > before ? units_cut(u, s) : OK;
}

/*
 * PowerPC64's stubs stand among the code, without a symbol: they keep r2 (std r2, 24(r1),
 * in ELF V1 40(r1)) and jump through a slot.
 */
static void
name_stubs(struct units *u)
{
	for (size_t i = 0; i < u->n && u->e->m->arch == INSN_PPC; i++) {
		struct unit *x = &u->v[i];
		struct bytes code = unit_code(u, x), name;

		if (!(x->open || x->kind == UNIT_GAP) || code.n < 16 ||
		    elf_word_at(u->e, code, 0) != (u->e->opd ? 0xf8410028 : 0xf8410018))
			continue;
		name = stub_name(u->e, bytes_clip(code, 0, 20), x->at);
		if (name.n == 0)
			continue;
		x->kind = UNIT_STUB;
		x->name = name;
	}
}

enum err
units_open(const struct elf *e, struct units *out)
{
	struct starts s = { 0 };
	enum err err;

	*out = (struct units){ .e = e };
	TRY(eh_open(e, &out->eh));
	elf_passed(e);
	arena_init(&s.arena, e->arena->budget - e->arena->used);
	err = find(out, &s);
	name_stubs(out);
	arena_done(&s.arena);
	return err;
}

struct unit *
unit_at(const struct units *u, uint64_t addr)
{
	size_t lo;

	SORT_FIRST(lo, u->n, u->v[lo].at > addr);
	if (lo == 0 || addr - u->v[lo - 1].at >= u->v[lo - 1].size)
		return NULL;
	return &u->v[lo - 1];
}

struct bytes
unit_code(const struct units *u, const struct unit *x)
{
	(void)u;
	return bytes_clip(x->sec->data, x->at - x->sec->addr, x->size);
}

struct bytes
unit_title(const struct units *u, const struct unit *x, struct arena *arena)
{
	char *s;
	struct bytes name = bytes_clip(x->name, 0, 1024);

	if (name.n > 0 && x->kind != UNIT_STUB)
		return name;
	if (name.n > 0)
		s = arena_printf(arena, "%.*s%s", (int)name.n, (const char *)name.p,
		    u->e->pe ? " (import)" : "@plt");
	else
		s = arena_printf(arena, "%s at 0x%llx",
		    x->kind == UNIT_GAP ? "code" : "function",
		    (unsigned long long)(u->e->type == ET_REL ? x->at - x->sec->addr
							      : x->at));
	return bytes_of(s);
}
