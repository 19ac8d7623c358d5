#include "objdiff/pe_diff.h"

#include "objdiff/pe.h"

/* A field of a header, by its offset; what is not in the table is layout. */
struct field {
	uint16_t at, at_plus; /* in PE32 and PE32+ */
	uint8_t size, cls;
	const char *name;
};

/* clang-format off */
static const struct field coff_fields[] = {
	{ 4, 4, 4, DIFF_TIMESTAMP, "time stamp" },
	{ 8, 8, 4, DIFF_DEBUG, "place of the symbols" },
	{ 12, 12, 4, DIFF_DEBUG, "number of symbols" },
	{ 18, 18, 2, DIFF_CODE, "characteristics" },
};
static const struct field optional_fields[] = {
	{ 2, 2, 2, DIFF_METADATA, "version of the linker" },
	{ 28, 24, 4, DIFF_CODE, "image base" },
	{ 40, 40, 4, DIFF_METADATA, "version of the system" },
	{ 44, 44, 4, DIFF_METADATA, "version of the image" },
	{ 48, 48, 4, DIFF_CODE, "version of the subsystem" },
	{ 64, 64, 4, DIFF_BUILD_ID, "checksum" },
	{ 68, 68, 2, DIFF_CODE, "subsystem" },
	{ 70, 70, 2, DIFF_CODE, "protections (DLL characteristics)" },
	{ 72, 72, 4, DIFF_DATA, "size of the stack" },
};
static const char *const directories[PE_DIRS] = {
	"exports", "imports", "resources", "exceptions", "signature", "base relocations",
	"debugging", "architecture", "global pointer", "thread-local storage",
	"load configuration", "bound imports", "import addresses", "delayed imports",
	"CLR header", "reserved",
};
/* clang-format on */

static const struct bytes headers = { (const uint8_t *)"PE headers", 10 };

static void
fields(
    struct elf_pair *p, struct bytes a, struct bytes b, const struct field *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t at = p->a.pe->plus ? f[i].at_plus : f[i].at;
		struct bytes x = bytes_sub(a, at, f[i].size),
			     y = bytes_sub(b, at, f[i].size);
		if (!bytes_eq(x, y))
			tell_found(p->t, (enum diff_class)f[i].cls, headers,
			    "%s: 0x%x became 0x%x", f[i].name,
			    f[i].size == 2 ? rec_le16(x, 0) : rec_le32(x, 0),
			    f[i].size == 2 ? rec_le16(y, 0) : rec_le32(y, 0));
	}
}

/* Where a table lies is layout; that there is one is not. */
static void
dirs(struct elf_pair *p)
{
	for (unsigned i = 0; i < PE_DIRS; i++) {
		bool a = p->a.pe->dir[i].rva != 0, b = p->b.pe->dir[i].rva != 0;
		enum diff_class cls = i == PE_SECURITY ? DIFF_METADATA
				      : i == PE_DEBUG  ? DIFF_DEBUG
						       : DIFF_CODE;
		if (a != b)
			tell_found(p->t, cls, headers, "directory of %s %s",
			    directories[i], a ? "is gone" : "was added");
	}
}

/* Microsoft's linker notes in the stub which tools made each object. */
static void
stub(struct elf_pair *p)
{
	struct bytes a = p->a.pe->stub, b = p->b.pe->stub;
	bool rich = bytes_find(a, 0, BYTES_LIT("Rich")) != UINT64_MAX ||
		    bytes_find(b, 0, BYTES_LIT("Rich")) != UINT64_MAX;
	size_t program = a.n < 64 || b.n < 64 ? 0 : 64; /* which says "cannot be run" */

	if (bytes_eq(a, b))
		return;
	if (rich && bytes_eq(bytes_clip(a, 0, program), bytes_clip(b, 0, program)))
		tell_found(
		    p->t, DIFF_METADATA, headers, "other tools made it (rich header)");
	else
		tell_found(p->t, DIFF_CODE, headers, "the program for DOS differs");
}

/* A stretch of the file that lies behind the last section. */
struct part {
	uint64_t at, end;
};

/* Of what follows the last section, what is known for what it is: the rest is in two or
 * three pieces around these. */
struct behind {
	struct bytes file;
	struct part sign, coff; /* empty when there is none */
};

static struct part
part_of(const struct elf *e, uint64_t at, uint64_t n)
{
	uint64_t end = num_add(at, n);

	if (at < e->pe->end || at >= e->file.n || n == 0)
		return (struct part){ e->file.n, e->file.n };
	return (struct part){ at, end < e->file.n ? end : e->file.n };
}

/* 3.4.2 and 5.7: certificates; 5.4 and 5.6: symbols of 18 bytes, and their strings. */
static struct behind
behind_of(const struct elf *e)
{
	const struct pe_dir *sign = &e->pe->dir[PE_SECURITY];
	uint64_t at = rec_le32(e->pe->coff, 8);
	uint64_t n = (uint64_t)rec_le32(e->pe->coff, 12) * 18;
	uint64_t strings = rec_le32(bytes_sub(e->file, num_add(at, n), 4), 0);

	return (struct behind){ e->file, part_of(e, sign->rva, sign->size),
		part_of(e, at, n + strings) };
}

static struct bytes
part_bytes(const struct behind *o, struct part p)
{
	return bytes_clip(o->file, p.at, p.end - p.at);
}

/* The next piece of the rest from *at on; no bytes: there is none. Moves *at behind. */
static struct bytes
rest_next(const struct behind *o, uint64_t *at)
{
	const struct part *known[] = { &o->sign, &o->coff };
	uint64_t end = o->file.n;

	for (unsigned again = 0; again < COUNT(known); again++)
		for (size_t i = 0; i < COUNT(known); i++)
			if (*at >= known[i]->at && *at < known[i]->end)
				*at = known[i]->end;
	for (size_t i = 0; i < COUNT(known); i++)
		if (known[i]->at > *at && known[i]->at < end)
			end = known[i]->at;

	struct bytes b = bytes_clip(o->file, *at, end - *at);

	*at = end;
	return b;
}

/* Are the rests the same, wherever they are cut? zeros: and if not, are they only fill?
 */
static bool
rests_equal(
    const struct elf_pair *p, const struct behind o[2], bool *zeros, uint64_t n[2])
{
	uint64_t at[2] = { p->a.pe->end, p->b.pe->end };
	struct bytes x = rest_next(&o[0], &at[0]), y = rest_next(&o[1], &at[1]);
	bool equal = true;

	*zeros = true;
	n[0] = n[1] = 0;
	while (x.n > 0 || y.n > 0) {
		size_t step = x.n > 0 && y.n > 0 ? (x.n < y.n ? x.n : y.n) : x.n + y.n;
		struct bytes u = bytes_clip(x, 0, step), v = bytes_clip(y, 0, step);

		equal = equal && bytes_eq(u, v);
		for (size_t i = 0; i < step && *zeros && !equal; i++)
			*zeros = (u.n == 0 || u.p[i] == 0) && (v.n == 0 || v.p[i] == 0);
		n[0] += u.n;
		n[1] += v.n;
		x = bytes_from(x, u.n);
		y = bytes_from(y, v.n);
		if (x.n == 0)
			x = rest_next(&o[0], &at[0]);
		if (y.n == 0)
			y = rest_next(&o[1], &at[1]);
	}
	return equal;
}

/* What follows the last section: a signature, symbols, and what an installer unpacks. */
static void
overlay(struct elf_pair *p)
{
	static const struct bytes where = { (const uint8_t *)"behind the last section",
		23 };
	const struct behind o[2] = { behind_of(&p->a), behind_of(&p->b) };
	uint64_t n[2];
	bool zeros;

	if (!bytes_eq(part_bytes(&o[0], o[0].sign), part_bytes(&o[1], o[1].sign)))
		tell_found(p->t, DIFF_METADATA, where, "signatures differ");
	if (!bytes_eq(part_bytes(&o[0], o[0].coff), part_bytes(&o[1], o[1].coff)))
		tell_found(p->t, DIFF_DEBUG, where, "symbols for debuggers differ");
	if (!rests_equal(p, o, &zeros, n))
		tell_found(p->t, zeros ? DIFF_METADATA : DIFF_CODE, where,
		    zeros ? "fill differs (%llu and %llu bytes)"
			  : "bytes differ that a program may read (%llu and %llu bytes)",
		    (unsigned long long)n[0], (unsigned long long)n[1]);
}

/* The same n bytes at either RVA, known for what they are. */
static void
known(struct elf_pair *p, uint64_t a, uint64_t b, uint64_t n, enum diff_class cls,
    const char *what)
{
	uint64_t at_a = p->a.pe->base + a, at_b = p->b.pe->base + b;
	struct bytes x = pe_at(&p->a, a, n), y = pe_at(&p->b, b, n);
	const struct elf_sec *s = elf_sec_at(&p->b, at_b);

	if (x.n != n || y.n != n)
		return;
	if (!bytes_eq(x, y))
		tell_found(p->t, cls, s ? s->name : headers, "%s", what);
	same_cover(&p->same, &p->same.a, at_a, n);
	same_cover(&p->same, &p->same.b, at_b, n);
}

/* 6.1: entries of 28 bytes; CodeView's data are a GUID and a path of symbols. */
static void
debug_entries(struct elf_pair *p)
{
	const struct pe_dir *x = &p->a.pe->dir[PE_DEBUG], *y = &p->b.pe->dir[PE_DEBUG];

	for (uint32_t i = 0; i < 64 && (i + 1) * 28 <= x->size && (i + 1) * 28 <= y->size;
	     i++) {
		struct bytes a = pe_at(&p->a, x->rva + i * 28, 28);
		struct bytes b = pe_at(&p->b, y->rva + i * 28, 28);
		uint32_t na = rec_le32(a, 16), nb = rec_le32(b, 16);
		if (a.n != 28 || b.n != 28 || rec_le32(a, 12) != rec_le32(b, 12))
			return;
		known(p, x->rva + i * 28 + 4, y->rva + i * 28 + 4, 4, DIFF_TIMESTAMP,
		    "time stamp of debugging information");
		known(p, rec_le32(a, 20), rec_le32(b, 20), na < nb ? na : nb,
		    rec_le32(a, 12) == 16 ? DIFF_BUILD_ID : DIFF_DEBUG,
		    "details for debuggers differ");
	}
}

#define RESOURCE_TABLES 4096u

/* 6.9: a tree of tables, each with a time stamp; offsets count from the first one. */
static void
resource_tables(
    struct elf_pair *p, uint64_t a, uint64_t b, unsigned depth, uint32_t *left)
{
	uint64_t ra = p->a.pe->dir[PE_RESOURCE].rva, rb = p->b.pe->dir[PE_RESOURCE].rva;
	struct bytes x = pe_at(&p->a, ra + a, 16), y = pe_at(&p->b, rb + b, 16);
	uint32_t n = rec_le16(x, 12) + (uint32_t)rec_le16(x, 14);
	uint32_t m = rec_le16(y, 12) + (uint32_t)rec_le16(y, 14);

	if (x.n != 16 || y.n != 16 || depth > 3)
		return;
	known(p, ra + a + 4, rb + b + 4, 4, DIFF_TIMESTAMP, "time stamp of resources");
	for (uint32_t i = 0; i < n && i<m && * left> 0; i++) {
		uint32_t to_a = rec_le32(pe_at(&p->a, ra + a + 16 + i * 8, 8), 4);
		uint32_t to_b = rec_le32(pe_at(&p->b, rb + b + 16 + i * 8, 8), 4);
		(*left)--;
		if (to_a & to_b & 0x80000000)
			resource_tables(
			    p, to_a & 0x7fffffff, to_b & 0x7fffffff, depth + 1, left);
	}
}

struct cover {
	struct same *s;
	struct same_side *x;
};

static bool
cover(void *arg, uint64_t at, uint64_t n)
{
	struct cover *c = arg;

	same_cover(c->s, c->x, at, n);
	return !c->s->spent;
}

void
pe_diff_known(struct elf_pair *p)
{
	const struct pe_dir *x = p->a.pe->dir, *y = p->b.pe->dir;
	struct cover a = { &p->same, &p->same.a }, b = { &p->same, &p->same.b };
	uint32_t left = RESOURCE_TABLES;

	pe_ranges(&p->a, false, &(struct pe_ranges){ &a, cover });
	pe_ranges(&p->b, false, &(struct pe_ranges){ &b, cover });

	if (x[PE_EXPORT].rva != 0 && y[PE_EXPORT].rva != 0)
		known(p, x[PE_EXPORT].rva + 4, y[PE_EXPORT].rva + 4, 4, DIFF_TIMESTAMP,
		    "time stamp of exports");
	if (x[PE_LOAD_CONFIG].rva != 0 && y[PE_LOAD_CONFIG].rva != 0)
		known(p, x[PE_LOAD_CONFIG].rva + 4, y[PE_LOAD_CONFIG].rva + 4, 4,
		    DIFF_TIMESTAMP, "time stamp of the load configuration");
	if (x[PE_DEBUG].rva != 0 && y[PE_DEBUG].rva != 0)
		debug_entries(p);
	if (x[PE_RESOURCE].rva != 0 && y[PE_RESOURCE].rva != 0)
		resource_tables(p, 0, 0, 0, &left);
}

enum err
pe_diff(struct bytes a, struct bytes b, struct tell *t)
{
	struct elf_pair p = { .t = t, .arena = t->arena };

	TRY(pe_open(a, t->arena, &p.a));
	TRY(pe_open(b, t->arena, &p.b));
	if (p.a.machine == p.b.machine && p.a.wide == p.b.wide) {
		stub(&p);
		fields(&p, p.a.pe->coff, p.b.pe->coff, coff_fields, COUNT(coff_fields));
		fields(&p, p.a.pe->optional, p.b.pe->optional, optional_fields,
		    COUNT(optional_fields));
		dirs(&p);
		overlay(&p);
	}
	return elf_diff_parts(&p);
}
