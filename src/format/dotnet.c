/*
 * dotnet.c - finds the metadata of an assembly, and its streams.
 *
 * ECMA-335, partition II: 24.2.1 is the root of the metadata, 25.3.3 the CLI header.
 */
#include "format/dotnet.h"

#define DIRECTORY_CLI 14
#define CLI_HEADER    72
#define MAGIC         0x424a5342 /* "BSJB" */
#define ROOT          16
#define STREAM_NAME   32
#define STREAM_LEAST  8 /* bytes of a stream's header without its name */

extern const struct format format_pe;

/* A step is one row, string or blob. */
bool
dotnet_spend(struct dotnet *d, uint64_t n)
{
	d->steps = num_add(d->steps, n);
	return d->steps <= d->budget;
}

/*
 * The executable around it has a parse of its own, with the same arena: what it notes is
 * of no interest to rules of this module.
 */
static enum err
open_pe(struct dotnet *d, struct parse *p)
{
	d->inner = (struct parse){ .file = p->file, .arena = p->arena, .facts = &d->pe };
	fact_clear(pe_facts, &d->pe);
	return format_pe.open(&d->inner);
}

/*
 * The bytes at an address; without p: it is nowhere. n bytes at an address. *offset is
 * void (all ones) without them.
 */
static struct bytes
at_rva(struct dotnet *d, uint32_t rva, uint64_t n, uint64_t *offset)
{
	int64_t at = pe_rva_to_offset(&d->pe, rva);

	*offset = (uint64_t)at;
	return at < 0 ? (struct bytes){ 0 } : bytes_sub(d->file, (uint64_t)at, n);
}

/*
 * A 32-bit program that is no library begins with a jump through its import of mscoree:
 * YARA asks for it.
 */
static bool
starts_right(struct dotnet *d)
{
	uint64_t at;
	struct bytes b;

	if (d->pe.wide || d->pe.characteristics & 0x2000)
		return true;
	b = at_rva(d, (uint32_t)d->pe.entry_point_raw, 2, &at);
	return b.p != NULL && b.p[0] == 0xff && b.p[1] == 0x25;
}

/* II.25.3.3 and II.24.2.1 */
static bool
find_root(struct dotnet *d)
{
	struct bytes dir = pe_directory(&d->pe, DIRECTORY_CLI), header, root;
	uint64_t at;
	uint32_t length;

	if (dir.p == NULL || d->pe.number_of_rva_and_sizes <= DIRECTORY_CLI)
		return false;
	header = at_rva(d, le32(dir.p), CLI_HEADER, &at);
	if (header.p == NULL || le32(header.p) != CLI_HEADER)
		return false;
	d->resources_at = (uint64_t)pe_rva_to_offset(&d->pe, le32(header.p + 24));
	root = at_rva(d, le32(header.p + 8), ROOT, &d->root);
	if (root.p == NULL || le32(root.p) != MAGIC)
		return false;
	length = le32(root.p + 12);
	if (length == 0 || length > 255 || length % 4 != 0 ||
	    bytes_sub(d->file, d->root + ROOT, length).p == NULL)
		return false;
	return starts_right(d);
}

static struct bytes
up_to_nul(struct bytes b)
{
	const uint8_t *nul = b.n ? memchr(b.p, 0, b.n) : NULL;

	return nul ? (struct bytes){ b.p, (size_t)(nul - b.p) } : b;
}

static bool
begins(struct bytes name, struct bytes with)
{
	return bytes_eq(bytes_clip(name, 0, with.n), with);
}

/* The streams that are read, by how their names begin: the first counts, but of "#GUID"
 * the last. That, too, is YARA. */
static void
keep_stream(struct dotnet *d, const struct dotnet_stream *s)
{
	struct bytes b = bytes_clip(d->file, (uint64_t)s->offset, (uint64_t)s->size);
	struct bytes on = bytes_from(d->file, (uint64_t)s->offset);
	struct bytes whole = bytes_sub(d->file, (uint64_t)s->offset, (uint64_t)s->size);

	if (begins(s->name, BYTES_LIT("#GUID"))) {
		d->guid = b;
		d->seen |= DOTNET_SEEN_GUIDS;
	} else if (begins(s->name, BYTES_LIT("#~")) || begins(s->name, BYTES_LIT("#-"))) {
		d->tilde = d->seen & DOTNET_SEEN_TILDE ? d->tilde : on;
		d->seen |= DOTNET_SEEN_TILDE;
	} else if (begins(s->name, BYTES_LIT("#Strings"))) {
		if (!(d->seen & DOTNET_SEEN_STRINGS)) {
			d->strings = on;
			d->strings_size = (uint64_t)s->size;
		}
		d->seen |= DOTNET_SEEN_STRINGS;
	} else if (begins(s->name, BYTES_LIT("#Blob"))) {
		d->blobs = d->seen & DOTNET_SEEN_BLOBS ? d->blobs : on;
		d->seen |= DOTNET_SEEN_BLOBS;
	} else if (begins(s->name, BYTES_LIT("#US"))) {
		if (!(d->seen & DOTNET_SEEN_US)) {
			d->us = whole;
			d->us_at = (uint64_t)s->offset;
		}
		d->seen |= DOTNET_SEEN_US;
	}
}

/*
 * II.24.2.2. The file's word is cut twice: to 255 streams, as YARA does, and to as many
 * headers of eight bytes as are left. Names end within 32 bytes, so each turn moves on.
 */
static enum err
read_streams(struct dotnet *d)
{
	uint32_t length = rec_le32(d->file, d->root + 12);
	struct cur c = cur_at(d->file, d->root + ROOT + length);
	struct dotnet_stream *s;
	uint16_t n;
	uint32_t i = 0;

	cur_le16(&c);            /* flags */
	n = cur_le16(&c) & 0xff; /* YARA looks at no more of it */
	if (n > cur_left(&c) / STREAM_LEAST)
		n = (uint16_t)(cur_left(&c) / STREAM_LEAST);
	s = ARENA_ARRAY(d->parse->arena, n, struct dotnet_stream);
	if (s == NULL && n > 0)
		return ERR_LIMIT;
	for (; i < n && dotnet_spend(d, 1); i++) {
		uint32_t offset = cur_le32(&c), size = cur_le32(&c);
		struct bytes name;

		if (c.bad)
			break;
		name = bytes_sub((struct bytes){ c.p, cur_left(&c) }, 0, STREAM_NAME);
		if (name.p == NULL || memchr(name.p, 0, name.n) == NULL)
			break; /* YARA wants all of the longest name there */
		name = up_to_nul(name);
		s[i] = (struct dotnet_stream){ name, (int64_t)(d->root + offset), size };
		keep_stream(d, &s[i]);
		cur_take(&c, (name.n + 4) & ~(size_t)3);
	}
	d->streams = (struct fact_array){ s, i };
	d->number_of_streams = i;
	return OK;
}

static uint64_t
budget(const struct dotnet *d)
{
	return num_add(1 << 20, num_mul(d->file.n, 2));
}

static enum err
dotnet_open(struct parse *p)
{
	struct dotnet *d = p->facts;

	d->file = p->file;
	TRY(open_pe(d, p));
	d->is_dotnet = 0; /* of what is no program at all it is undefined */
	if (!find_root(d))
		return ERR_FORMAT;
	d->is_dotnet = 1;
	d->parse = p;
	d->budget = budget(d);
	d->version = up_to_nul(
	    bytes_sub(d->file, d->root + ROOT, rec_le32(d->file, d->root + 12)));
	return OK;
}

/* Less sure than pe, which the same bytes are. */
static int
dotnet_probe(struct bytes head, uint64_t size)
{
	int pe = format_pe.probe(head, size);

	return pe > 0 ? 1 : 0;
}

static enum err
read_all(struct dotnet *d)
{
	TRY(read_streams(d));
	if ((d->seen & DOTNET_SEEN_ALL) == DOTNET_SEEN_ALL)
		dotnet_find_tables(d);
	return dotnet_read_tables(d);
}

/* YARA-X counts nothing where YARA has no count. */
static void
count_as_yarax(struct dotnet *d)
{
	const struct {
		int64_t from, *to;
	} counts[] = {
		{ d->number_of_resources, &d->x_number_of_resources },
		{ d->number_of_assembly_refs, &d->x_number_of_assembly_refs },
		{ d->number_of_modulerefs, &d->x_number_of_modulerefs },
		{ d->number_of_constants, &d->x_number_of_constants },
		{ d->number_of_field_offsets, &d->x_number_of_field_offsets },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		*counts[i].to = counts[i].from == FACT_UNDEF ? 0 : counts[i].from;
}

/* What a part left undone is remembered and told each time. */
static enum err
finish(struct dotnet *d, enum err e, bool *spent)
{
	*spent = e != OK || d->steps > d->budget || d->parse->arena->spent;
	if (*spent)
		d->parse->notes |= DOTNET_NOTE_LIMIT;
	return *spent ? ERR_LIMIT : OK;
}

enum err
dotnet_load(void *facts)
{
	struct dotnet *d = facts;
	enum err e;

	if (d->parse == NULL)
		return OK;
	if (d->read)
		return d->spent ? ERR_LIMIT : OK;
	d->read = true;
	e = read_all(d);
	count_as_yarax(d);
	return finish(d, e, &d->spent);
}

enum err
dotnet_load_classes(void *facts)
{
	struct dotnet *d = facts;
	enum err e = dotnet_load(facts);

	if ((d->seen & DOTNET_SEEN_ALL) != DOTNET_SEEN_ALL)
		return e;
	if (d->classes_read)
		return d->classes_spent ? ERR_LIMIT : e;
	d->classes_read = true;
	d->budget = num_add(d->steps, budget(d));
	return finish(d, dotnet_read_classes(d), &d->classes_spent);
}

const struct format format_dotnet = {
	.name = "dotnet",
	.facts = dotnet_facts,
	.facts_size = sizeof(struct dotnet),
	.probe = dotnet_probe,
	.open = dotnet_open,
};
