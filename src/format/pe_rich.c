/*
 * pe_rich.c - what the linker left in passing: the Rich header and the PDB path.
 *
 * The Rich header lies between the DOS stub and the PE header, undocumented: the
 * word "DanS" and three zeros, then pairs of tool and count, all XORed with the
 * key that follows the word "Rich" in clear.
 */
#include "format/pe.h"

#define WORD_RICH       0x68636952
#define WORD_DANS       0x536e6144
#define DOS_HEADER_SIZE 64
#define RICH_HEAD       16 /* DanS and three zeros */
#define COFF_SIZE       24 /* what lies between e_lfanew and the optional header */

/*
 * Going down in words from at to the DOS header: where w ^ key is word, or 0, which no
 * place is, as the DOS header is there.
 */
static uint64_t
find_down(struct pe *pe, uint64_t at, uint32_t key, uint32_t word)
{
	for (; at >= DOS_HEADER_SIZE && pe_spend(pe, 1); at -= 4)
		if ((rec_le32(pe->file, at) ^ key) == word)
			return at;
	return 0;
}

/*
 * A copy, as what is mapped is not ours to write. Its last bytes, fewer than four, stay
 * as they are.
 */
static struct bytes
unmask(struct pe *pe, struct bytes raw, uint32_t key)
{
	struct bytes clear = arena_bytes(pe->parse->arena, raw);
	uint8_t *p = (uint8_t *)(uintptr_t)clear.p;

	for (size_t i = 0; i + 4 <= clear.n; i += 4)
		put_le32(p + i, le32(p + i) ^ key);
	return clear;
}

/*
 * The first half of each pair: tools and versions without their counts. clear has
 * RICH_HEAD bytes at least (pe_read_rich asks), so n is no negative number.
 */
static struct bytes
tools_of(struct pe *pe, struct bytes clear)
{
	size_t n = (clear.n - RICH_HEAD) / 8;
	uint8_t *p = arena_alloc(pe->parse->arena, n * 4);

	if (p == NULL)
		return (struct bytes){ 0 };
	for (size_t i = 0; i < n; i++)
		memcpy(p + i * 4, clear.p + RICH_HEAD + i * 8, 4);
	return (struct bytes){ p, n * 4 };
}

/* The pairs one by one, as YARA-X shows them. */
static enum err
read_tools(struct pe *pe, struct pe_rich *r)
{
	size_t n = (r->clear_data.n - RICH_HEAD) / 8;
	struct cur c = cur_at(r->clear_data, RICH_HEAD);
	struct pe_tool *t = ARENA_ARRAY(pe->parse->arena, n, struct pe_tool);

	if (t == NULL && n > 0)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++) {
		t[i].version = cur_le16(&c);
		t[i].toolid = cur_le16(&c);
		t[i].times = cur_le32(&c);
	}
	r->tools = (struct fact_array){ t, (uint32_t)n };
	return OK;
}

enum err
pe_read_rich(struct pe *pe)
{
	struct pe_rich *r = &pe->rich_signature;
	uint64_t end, at;
	uint32_t key;

	/* A PE header may lie inside of the DOS header: then nothing is between. */
	if (pe->optional < COFF_SIZE + DOS_HEADER_SIZE + 4)
		return OK;
	end = find_down(pe, pe->optional - COFF_SIZE - 4, 0, WORD_RICH);
	key = rec_le32(pe->file, end + 4);
	if (end < DOS_HEADER_SIZE + 4 || key == 0)
		return OK;
	at = find_down(pe, end - 4, key, WORD_DANS);
	if (at == 0)
		return OK;
	r->raw_data = bytes_sub(pe->file, at, end - at);
	r->clear_data = unmask(pe, r->raw_data, key);
	if (r->clear_data.p == NULL)
		return ERR_LIMIT;
	if (r->clear_data.n >= RICH_HEAD)
		r->version_data = tools_of(pe, r->clear_data);
	r->offset = (int64_t)at;
	r->length = (int64_t)(end - at);
	r->key = key;
	return r->clear_data.n < RICH_HEAD ? OK : read_tools(pe, r);
}

/*
 * How often tools of this id and version took part; FACT_UNDEF: whichever. The
 * header ends where the PE header starts, which a hostile file puts at its end: the
 * walk is charged by its length.
 */
static int64_t
count_tools(struct fact_call *c, int64_t version, int64_t id)
{
	const struct pe_rich *r = c->self;
	int64_t sum = 0;

	if (r->clear_data.n < RICH_HEAD || !c->charge(c->host, r->clear_data.n / 8))
		return FACT_UNDEF;
	for (uint64_t at = RICH_HEAD; at + 8 <= r->clear_data.n; at += 8) {
		uint32_t tool = rec_le32(r->clear_data, at);

		if ((version == FACT_UNDEF || version == (tool & 0xffff)) &&
		    (id == FACT_UNDEF || id == tool >> 16))
			sum += rec_le32(r->clear_data, at + 4);
	}
	return sum;
}

void
pe_rich_version(struct fact_call *c)
{
	c->ret.i = count_tools(c, c->arg[0].i, FACT_UNDEF);
}

void
pe_rich_version_toolid(struct fact_call *c)
{
	c->ret.i = count_tools(c, c->arg[0].i, c->arg[1].i);
}

void
pe_rich_toolid(struct fact_call *c)
{
	c->ret.i = count_tools(c, FACT_UNDEF, c->arg[0].i);
}

void
pe_rich_toolid_version(struct fact_call *c)
{
	c->ret.i = count_tools(c, c->arg[1].i, c->arg[0].i);
}

#define DEBUG_ENTRY_SIZE 28
#define DEBUG_CODEVIEW   2
#define PATH_MOST        4096 /* a longer path is none */

/* Where the path starts in a CodeView record of this kind; 0: unknown kind. */
static uint64_t
path_offset(uint32_t signature)
{
	switch (signature) {
	case 0x3031424e: return 16; /* NB10: offset, time, age */
	case 0x53445352: return 24; /* RSDS: GUID, age */
	case 0x434f544d: return 20; /* MTOC: UUID, of EFI tools */
	default: return 0;
	}
}

/* The path of one row of the debug directory; no bytes: it has none. */
static struct bytes
path_of(struct pe *pe, struct bytes row)
{
	uint32_t rva = rec_le32(row, 20), raw = rec_le32(row, 24);
	int64_t at = rva ? pe_rva_to_offset(pe, rva) : -1;
	uint64_t skip;

	if (at <= 0 && raw != 0)
		at = raw;
	if (at <= 0 || bytes_sub(pe->file, (uint64_t)at, 8).p == NULL)
		return (struct bytes){ 0 };
	skip = path_offset(rec_le32(pe->file, (uint64_t)at));
	if (skip == 0 || bytes_sub(pe->file, (uint64_t)at, skip + 1).p == NULL)
		return (struct bytes){ 0 };
	return pe_cstr(pe, (uint64_t)at + skip, PATH_MOST);
}

/* PE 5.1.1. The first record with a usable path counts. */
enum err
pe_read_debug(struct pe *pe)
{
	struct bytes dir = pe_directory(pe, PE_DIR_DEBUG);
	uint32_t rva = rec_le32(dir, 0), size = rec_le32(dir, 4);
	int64_t at = rva ? pe_rva_to_offset(pe, rva) : -1;

	if (at < 0)
		return OK;
	for (uint32_t i = 0; i < size / DEBUG_ENTRY_SIZE && pe_spend(pe, 1); i++) {
		struct bytes row = bytes_sub(pe->file,
		    (uint64_t)at + (uint64_t)i * DEBUG_ENTRY_SIZE, DEBUG_ENTRY_SIZE);

		if (row.p == NULL)
			break;
		if (rec_le32(row, 12) != DEBUG_CODEVIEW)
			continue;
		struct bytes path = path_of(pe, row);
		if (path.p != NULL && path.n < PATH_MOST) {
			pe->pdb_path = path;
			break;
		}
	}
	return OK;
}
