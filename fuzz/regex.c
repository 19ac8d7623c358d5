/*
 * regex.c - patterns and data against the naive reference, and damaged programs against
 * the verifier: what it lets pass must run without harm.
 *
 * Input: a byte of flags, a byte n, n bytes of pattern; then data, or with FUZZ_DAMAGE
 * triples (offset, offset, value) to write into the program before it is run.
 */
#include "tests/re_check.h"

enum { FUZZ_HEX = 1, FUZZ_ATOMLESS = 2, FUZZ_DAMAGE = 4, FUZZ_NO_CACHE = 128 };

/* Just more than the lists take: the DFA gives up at once. */
#define NO_CACHE (15 * RE_STATES_MAX * sizeof(uint32_t) + 800)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
run(struct re_vm *vm, const struct re_prog *prog, struct bytes data)
{
	static struct re_span room[64];
	struct re_spans out = { .p = room, .max = COUNT(room) };

	vm->steps = 0;
	re_vm_forget(vm);
	re_search(vm, prog, data, 0);
	re_search(vm, prog, data, 7);
	re_search_all(vm, prog, data, &out);
	for (size_t i = 0; i < out.n; i++)
		if (out.p[i].at > data.n || out.p[i].len > data.n - out.p[i].at)
			bug("a match outside of the data");
	for (uint32_t k = 0; k < prog->entries && k < 8; k++) {
		for (uint64_t pos = 0; pos < data.n; pos += 3) {
			out.n = 0;
			re_hit(vm, prog, data, k, pos);
			re_hit_all(vm, prog, data, (struct re_at){ k, pos }, &out);
		}
	}
}

/* Runs the program with some of its bytes changed, if it is still verified. */
static void
damage(const struct re_check *c)
{
	static const uint8_t text[] =
	    "abc\0a\0b\0\n aBC0123_-ababcabcABCABCAAAAAAAAAAAA..";
	struct re_checked o;
	const char *wrong;

	if (re_check_compile(c, &o, &wrong)) {
		size_t at = (size_t)((const uint8_t *)o.prog - o.section.p);

		for (size_t i = 0; i + 3 <= c->data.n; i += 3)
			o.section.p[le16(c->data.p + i) % o.section.n] = c->data.p[i + 2];
		if (re_verify(buf_bytes(&o.section), (uint32_t)at) == OK)
			run(c->vm, o.prog, (struct bytes){ text, sizeof(text) });
	}
	re_check_done(&o);
}

static void
agree(struct re_check *c)
{
	const char *wrong;
	bool ran;

	if (c->data.n > RE_REF_MAX)
		c->data.n = RE_REF_MAX;
	wrong = re_check_one(c, &ran);
	if (wrong == NULL)
		return;
	fprintf(stderr, "%s: %.*s flags %x atomless %d\n", wrong, (int)c->pattern.n,
	    (const char *)c->pattern.p, c->flags, c->atomless);
	bug("regex engine and reference disagree");
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct re_vm vms[2];
	struct re_check c = { 0 };

	if (n < 2 || p[1] > n - 2)
		return 0;
	if (vms[0].scratch == NULL &&
	    (re_vm_init(&vms[0], RE_VM_MIN) != OK || re_vm_init(&vms[1], NO_CACHE) != OK))
		return 0;
	c.vm = &vms[p[0] & FUZZ_NO_CACHE ? 1 : 0];
	c.vm->budget = 3000000;
	c.vm->steps = 0;
	c.hex = p[0] & FUZZ_HEX;
	c.atomless = p[0] & FUZZ_ATOMLESS;
	c.flags |= p[0] & 8 ? RE_NOCASE : 0;
	c.flags |= p[0] & 16 ? RE_DOTALL : 0;
	c.flags |= p[0] & 32 ? RE_WIDE : 0;
	c.flags |= p[0] & 64 ? RE_FULLWORD : 0;
	c.pattern = (struct bytes){ p + 2, p[1] };
	c.data = (struct bytes){ p + 2 + p[1], n - 2 - p[1] };
	if (p[0] & FUZZ_DAMAGE)
		damage(&c);
	else
		agree(&c);
	return 0;
}
