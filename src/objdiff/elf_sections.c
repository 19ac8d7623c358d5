#include "objdiff/elf_diff.h"
#include "objdiff/harmless.h"

static bool
is_debug(const struct elf_sec *s)
{
	return elf_sec_starts(s, ".debug_") || elf_sec_starts(s, ".zdebug_") ||
	       elf_sec_starts(s, ".gnu_debug") || elf_sec_starts(s, ".stab") ||
	       elf_sec_starts(s, ".rela.debug_") || elf_sec_starts(s, ".rel.debug_") ||
	       elf_sec_starts(s, ".gnu.debuglto_") ||
	       elf_sec_starts(s, ".gnu.build.attributes");
}

static enum elf_part
loaded(const struct elf_sec *s)
{
	switch (s->type) {
	case SHT_RELA:
	case SHT_REL:
	case SHT_HASH:
	case SHT_DYNAMIC:
	case SHT_DYNSYM:
	case SHT_RELR:
	case SHT_GNU_HASH:
	case SHT_VERDEF:
	case SHT_VERNEED:
	case SHT_VERSYM: return PART_LINK;
	case SHT_NOTE:
		return elf_sec_is(s, ".note.gnu.build-id") ? PART_BUILD_ID : PART_NOTE;
	default: break;
	}
	if (elf_sec_is(s, ".dynstr") || elf_sec_is(s, ".interp"))
		return PART_LINK;
	if (elf_sec_is(s, ".eh_frame") || elf_sec_is(s, ".eh_frame_hdr"))
		return PART_UNWIND;
	return s->flags & SHF_EXECINSTR ? PART_CODE : PART_DATA;
}

/* A name alone makes nothing harmless: what is loaded is judged as loaded. */
enum elf_part
elf_part(const struct elf *e, const struct elf_sec *s)
{
	if (e->pe != NULL && elf_sec_is(s, ".reloc"))
		return PART_LINK;
	if (e->pe != NULL && (elf_sec_is(s, ".pdata") || elf_sec_is(s, ".xdata")))
		return PART_UNWIND;
	if (s->flags & SHF_ALLOC) {
		enum elf_part part = loaded(s);
		/* relocatable files are read by linkers: .eh_frame has relocations as
		 * data has */
		return e->type == ET_REL && part == PART_UNWIND ? PART_DATA : part;
	}
	if (is_debug(s))
		return PART_DEBUG;
	/* linkers find what code calls by its name: the names are as good as code */
	if (e->type == ET_REL &&
	    (s->type == SHT_SYMTAB || s->type == 18 || s->type == SHT_STRTAB) &&
	    !elf_sec_is(s, ".shstrtab"))
		return PART_LINK;
	if (s->type == SHT_SYMTAB || elf_sec_is(s, ".strtab") || s->type == 18)
		return PART_DEBUG;
	if (s->type == SHT_STRTAB && elf_sec_is(s, ".shstrtab"))
		return PART_NAMES;
	if (elf_sec_is(s, ".comment"))
		return PART_COMMENT;
	if (e->type == ET_REL && (s->type == SHT_RELA || s->type == SHT_REL))
		return PART_LINK;
	return s->type == SHT_NOTE ? PART_NOTE : PART_FILE;
}

/* Sections of one name are told apart by how many of it came before. */
static const struct elf_sec *
partner(const struct elf *in, const struct elf *of, uint32_t i)
{
	uint32_t k = 0;

	/* mostly they stand in the same place */
	if (i < in->nsec && bytes_eq(in->sec[i].name, of->sec[i].name) &&
	    of->nsec == in->nsec)
		return &in->sec[i];
	for (uint32_t j = 1; j < i; j++)
		k += bytes_eq(of->sec[j].name, of->sec[i].name);
	for (uint32_t j = 1; j < in->nsec; j++)
		if (bytes_eq(in->sec[j].name, of->sec[i].name) && k-- == 0)
			return &in->sec[j];
	return NULL;
}

static enum diff_class
class_of(enum elf_part part)
{
	switch (part) {
	case PART_DEBUG: return DIFF_DEBUG;
	case PART_BUILD_ID: return DIFF_BUILD_ID;
	case PART_NAMES:
	case PART_COMMENT: return DIFF_METADATA;
	case PART_CODE:
	case PART_LINK:
	case PART_UNWIND: return DIFF_CODE;
	default: return DIFF_DATA;
	}
}

/* A section that only one has. Its code and data are told function by function as well.
 */
static void
alone(struct elf_pair *p, const struct elf *e, const struct elf_sec *s, const char *what)
{
	enum elf_part part = elf_part(e, s);
	enum diff_class cls = class_of(part);

	if (s->flags & SHF_ALLOC)
		p->moved = p->deep = true;
	/* what the loader reads is compared as what it means, under no name */
	if (part == PART_LINK || (part == PART_UNWIND && s->size <= 4) || s->size == 0)
		return;
	tell_found(p->t, cls, s->name, "section %s (%llu bytes)", what,
	    (unsigned long long)s->size);
}

static void
attributes(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	/* merging and grouping are for linkers; what remains is what the loader does */
	const uint64_t seen = SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | 0x400;
	uint64_t fa = a->flags & seen, fb = b->flags & seen;

	if (fa != fb || (a->type == SHT_NOBITS) != (b->type == SHT_NOBITS)) {
		p->deep = p->moved = true;
		tell_found(p->t, DIFF_CODE, b->name,
		    "section is treated otherwise: flags 0x%llx became 0x%llx, type %u "
		    "became %u",
		    (unsigned long long)a->flags, (unsigned long long)b->flags, a->type,
		    b->type);
	}
}

/* Notes are name, kind and content: only the content of one kind is a build id. */
static bool
only_build_id(const struct elf *e, struct bytes note)
{
	struct bytes head = bytes_sub(note, 0, 16);

	return head.p != NULL && elf_word_at(e, head, 0) == 4 &&
	       elf_word_at(e, head, 8) == 3 && elf_word_at(e, head, 4) == note.n - 16 &&
	       bytes_eq(bytes_from(head, 12), BYTES_LIT("GNU\0"));
}

static void
comment(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	/* NUL-terminated texts; the first is enough to see what changed */
	struct cur ca = cur_at(a->data, 0), cb = cur_at(b->data, 0);
	struct bytes ta = cur_cstr(&ca), tb = cur_cstr(&cb);

	(void)cur_ok(&ca);
	(void)cur_ok(&cb);
	tell_pair(p->t, DIFF_METADATA, b->name,
	    "another compiler, or another version of it", ta, tb);
}

static void
unloaded(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	enum diff_class cls = DIFF_DATA;

	if (harmless_data(a->data, b->data, &cls)) {
		tell_pair(p->t, cls, b->name, "only dates or build paths differ", a->data,
		    b->data);
		return;
	}
	tell_found(p->t, DIFF_DATA, b->name, "content differs (%zu and %zu bytes)",
	    a->data.n, b->data.n);
}

static void
note(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	enum diff_class cls = DIFF_DATA;

	if (elf_part(&p->b, b) == PART_BUILD_ID && only_build_id(&p->a, a->data) &&
	    only_build_id(&p->b, b->data)) {
		tell_found(p->t, DIFF_BUILD_ID, b->name, "build id differs");
		return;
	}
	if (elf_sec_is(b, ".note.package"))
		cls = DIFF_METADATA;
	else if (elf_sec_is(b, ".note.gnu.property")) /* the processor's protections */
		cls = DIFF_CODE;
	tell_found(p->t, cls, b->name, "note differs");
}

static void
debugging(struct elf_pair *p, const struct elf_sec *b)
{
	bool symbols = b->type == SHT_SYMTAB || b->type == SHT_STRTAB;

	tell_found(p->t, DIFF_DEBUG, b->name, "%s differ",
	    symbols ? "symbols for debuggers" : "details for debuggers");
}

static void
content(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	enum elf_part part = elf_part(&p->b, b);

	switch (part) {
	case PART_DEBUG: debugging(p, b); break;
	case PART_BUILD_ID:
	case PART_NOTE: note(p, a, b); break;
	case PART_COMMENT: comment(p, a, b); break;
	case PART_FILE: unloaded(p, a, b); break;
	case PART_NAMES: break; /* each name was compared */
	default:
		/* what code uses or the loader reads may mean something else where it is
		 */
		p->deep = true;
		p->moved |= part != PART_CODE;
	}
}

/* Which table of symbols or names a section uses, and on what it works. */
static bool
same_links(const struct elf_sec *a, const struct elf_sec *b)
{
	return a->type == b->type && a->link == b->link && a->info == b->info &&
	       a->entsize == b->entsize;
}

static void
pair(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	attributes(p, a, b);
	if ((b->flags & SHF_ALLOC) && (a->addr != b->addr || a->size != b->size))
		p->moved = p->deep = true;
	if (!same_links(a, b)) /* numbers of sections change with their order; what they
				  mean is asked */
		p->moved = p->deep = true;
	if (a->type == SHT_NOBITS && a->size != b->size)
		tell_found(p->t, DIFF_DATA, b->name,
		    "space for variables: %llu bytes became %llu",
		    (unsigned long long)a->size, (unsigned long long)b->size);
	if (!tell_equal(p->t, a->data, b->data))
		content(p, a, b);
}

static void
order(struct elf_pair *p)
{
	uint32_t last = 0;

	for (uint32_t i = 1; i < p->a.nsec; i++) {
		const struct elf_sec *b = partner(&p->b, &p->a, i);
		uint32_t k = b ? (uint32_t)(b - p->b.sec) : last;
		if (k < last) {
			tell_found(
			    p->t, DIFF_ORDER, b->name, "sections stand in another order");
			return;
		}
		last = k;
	}
}

#define SECTIONS_MAX 8192u /* partner() walks them for each that has moved */

enum err
elf_diff_sections(struct elf_pair *p)
{
	if (p->a.nsec > SECTIONS_MAX || p->b.nsec > SECTIONS_MAX) {
		if (p->a.nsec != p->b.nsec) {
			tell_remark(
			    p->t, DIFF_LIMIT, "more than %u sections", SECTIONS_MAX);
			return ERR_LIMIT;
		}
	}
	for (uint32_t i = 1; i < p->a.nsec; i++) {
		const struct elf_sec *b = partner(&p->b, &p->a, i);
		if (b == NULL)
			alone(p, &p->a, &p->a.sec[i], "is gone");
		else
			pair(p, &p->a.sec[i], b);
	}
	for (uint32_t i = 1; i < p->b.nsec; i++)
		if (partner(&p->a, &p->b, i) == NULL)
			alone(p, &p->b, &p->b.sec[i], "was added");
	order(p);
	if (p->a.entry != p->b.entry)
		p->deep = p->moved = true;
	return OK;
}
