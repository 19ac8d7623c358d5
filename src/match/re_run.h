/*
 * re_run.h - what the parts of the regex runtime share; private to match/re_*.c.
 *
 * A position is a place between bytes, 0 to data.n. A forward run reads data[pos] and
 * goes to pos + 1, a backward run reads data[pos - 1] and goes to pos - 1. Programs have
 * passed re_verify(): every index in them is good.
 */
#pragma once

#include "match/re_vm.h"

struct re_run {
	struct re_vm *vm;
	const struct re_prog *prog;
	const struct re_state *st; /* of the direction */
	const struct re_class *class;
	struct bytes data;
	uint32_t start; /* the state that the direction begins with */
	bool back;
	struct re_pair *pair; /* the lists this run works with */
};

/* What assertions see at a position. */
struct re_ctx {
	bool start, end, word;
};

/* A byte as \b, ^ and $ see it. EDGE: there is none. */
enum re_kind { RE_KIND_EDGE, RE_KIND_OTHER, RE_KIND_WORD };

struct re_list {
	uint32_t *s;
	uint32_t n;
	bool match; /* an accepting state is in it */
};

/* The states at a position, and those behind the next byte. */
struct re_pair {
	struct re_list cur, nxt;
};

struct re_dfa;
struct re_bits;
struct re_walks;

/* Classes of bytes that no state of a direction tells apart, and a byte of each. */
struct re_bytes {
	uint8_t class[256], sample[256];
	uint32_t classes;
};

struct re_scratch {
	/* Two, because re_ends.c runs forward while a backward scan is under way. */
	struct re_pair pair[2];
	uint32_t *mark; /* mark[state] == gen: the state is in the list being made */
	uint32_t gen;
	uint32_t *stack;
	uint64_t *end[4]; /* re_ends.c: rows by state */
	uint8_t *pivot;   /* re_ends.c: states that begin an atom */
	struct re_dfa *dfa;
	struct re_bits *bits;
	struct re_walks *walks;
};

/* A run with the first pair of lists. */
struct re_run re_run_of(
    struct re_vm *vm, const struct re_prog *prog, struct bytes data, bool back);

/* Does this state read this byte? Only RE_OP_MASK and RE_OP_CLASS read one. */
static inline bool
re_reads(const struct re_run *r, const struct re_state *s, uint8_t byte)
{
	if (s->op == RE_OP_MASK)
		return ((byte & s->b & 0xff) == s->a) != (s->b >> 8 != 0);
	if (s->op == RE_OP_CLASS)
		return r->class[s->b].bit[byte >> 6] >> (byte & 63) & 1;
	return false;
}

static inline bool
re_is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

/*
 * \b is true at both ends of the data whatever stands there, and \B false: so does
 * YARA. A wide character is a byte and the zero behind it.
 */
static inline bool
re_word_edge(const struct re_run *r, uint64_t pos)
{
	const uint8_t *p = r->data.p;

	if (!(r->prog->flags & RE_P_WIDE))
		return pos == 0 || pos >= r->data.n ||
		       re_is_word(p[pos - 1]) != re_is_word(p[pos]);
	if (pos < 2 || r->data.n - pos < 2)
		return true;
	return (re_is_word(p[pos - 2]) && p[pos - 1] == 0) !=
	       (re_is_word(p[pos]) && p[pos + 1] == 0);
}

/* A run was at these positions. */
static inline void
re_saw(struct re_vm *vm, uint64_t lo, uint64_t hi)
{
	vm->lo = lo < vm->lo ? lo : vm->lo;
	vm->hi = hi > vm->hi ? hi : vm->hi;
}

/* Charges n steps; false: the budget is spent. */
static inline bool
re_charge(struct re_vm *vm, uint64_t n)
{
	vm->steps += n;
	if (__builtin_expect(vm->steps <= vm->budget, 1))
		return true;
	return vm->more != NULL && vm->more(vm->arg);
}

/*
 * The program has \b in the wide form, which looks at four bytes: more than a kind. Then
 * what \b sees at a place is asked of re_word_edge().
 */
static inline bool
re_wide_words(const struct re_run *r)
{
	return (r->prog->flags & (RE_P_WIDE | RE_P_WORD)) == (RE_P_WIDE | RE_P_WORD);
}

/* The kind of a byte, -1 for none; OTHER where the program does not care. */
static inline enum re_kind
re_kind_of(const struct re_run *r, int byte)
{
	uint8_t flags = r->prog->flags;

	if (byte < 0 && (flags & (RE_P_WORD | RE_P_START | RE_P_END)))
		return RE_KIND_EDGE;
	return byte >= 0 && !re_wide_words(r) && flags & RE_P_WORD &&
		       re_is_word((uint8_t)byte)
		   ? RE_KIND_WORD
		   : RE_KIND_OTHER;
}

/* What assertions see between what was read and what comes next; not the wide \b. */
static inline struct re_ctx
re_between(const struct re_run *r, enum re_kind last, enum re_kind next)
{
	bool left = (r->back ? next : last) == RE_KIND_EDGE,
	     right = (r->back ? last : next) == RE_KIND_EDGE;

	return (struct re_ctx){
		.start = left,
		.end = right,
		.word = left || right || (last == RE_KIND_WORD) != (next == RE_KIND_WORD),
	};
}

/* re_nfa.c */
/* Empties l; from here to the next call re_list_add() adds to it. */
void re_list_begin(struct re_scratch *s, struct re_list *l);
/* A match that ends at pos counts, and nothing behind it in preference does. */
bool re_accepts(const struct re_run *r, uint64_t pos);

/* Adds state and all it leads to without reading, preferred ones first. */
void re_list_add(
    const struct re_run *r, struct re_list *l, uint32_t state, struct re_ctx ctx);
struct re_ctx re_ctx_at(const struct re_run *r, uint64_t pos);
/* Can state get to a match, reading from pos on in the run's direction? */
enum re_answer re_nfa_exists(const struct re_run *r, uint32_t state, uint64_t pos);
/* Where the preferred match of a forward run from state at pos ends; RE_NO: none. */
enum re_answer re_nfa_end(
    const struct re_run *r, uint32_t state, uint64_t pos, uint64_t *end);
/* Where a forward run from pos has no state left; charges at most max steps for it. */
enum re_answer re_nfa_reach(
    const struct re_run *r, uint64_t pos, uint64_t max, uint64_t *end);
/* Every place where a run from state at pos can stop: calls found until it says false. */
struct re_sink {
	bool (*found)(struct re_sink *sink, uint64_t pos);
};
enum re_answer re_nfa_all(
    const struct re_run *r, uint32_t state, uint64_t pos, struct re_sink *sink);
/* Goes on from the states in the run's cur list at pos, beginning a match at each place.
 */
enum re_answer re_nfa_scan(const struct re_run *r, uint64_t pos, struct re_sink *sink);

/* re_dfa.c: NULL when size is too small to work with. */
struct re_dfa *re_dfa_new(size_t bytes);
void re_dfa_free(struct re_dfa *d);
/*
 * From pos to the end of the data in the run's direction, beginning a match at each
 * place. Without a sink the first match is the answer.
 */
enum re_answer re_dfa_scan(const struct re_run *r, uint64_t pos, struct re_sink *sink);

/* re_bits.c: like re_nfa_scan(), which it falls back on. */
size_t re_bits_size(void);
enum re_answer re_bits_scan(
    const struct re_run *r, uint64_t pos, const struct re_bytes *c, struct re_sink *sink);

/* re_walk.c: NULL when memory is short; with too few bytes it is of no use. */
struct re_walks *re_walks_new(size_t bytes);
void re_walks_forget(struct re_walks *w);
/* Like re_nfa_exists(); *can false: it is not for this run, and there is no answer. */
enum re_answer re_walk_exists(
    const struct re_run *r, uint32_t state, uint64_t pos, bool *can);

/* re_fixed.c: for programs of that kind. */
bool re_fixed_at(const struct re_prog *p, struct bytes data, uint64_t start);
enum re_answer re_fixed_search(struct re_vm *vm, const struct re_prog *p,
    struct bytes data, uint64_t from, struct re_spans *out);

/* re_ends.c: re_search_all() for automata; without out, the first match will do. */
enum re_answer re_ends_search(struct re_vm *vm, const struct re_prog *p,
    struct bytes data, uint64_t from, struct re_spans *out);

/* Are the neighbours of a match as fullword wants them? True when nobody asks. */
bool re_fullword_left(const struct re_prog *p, struct bytes data, uint64_t at);
bool re_fullword_right(const struct re_prog *p, struct bytes data, uint64_t end);

/* Appends; false: no room, and out->more is set. */
bool re_span_add(struct re_spans *out, uint64_t at, uint64_t len);
