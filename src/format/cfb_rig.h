/*
 * cfb_rig.h - a small compound file made for a test: all streams in the mini stream, one
 * behind the other, siblings in one line to the right.
 */
#pragma once

#include "base/buf.h"
#include "format/cfb.h"
#include "tests/tap.h"

struct cfb_part {
	const char *name;
	unsigned parent; /* 0 is the root; parts count from 1, parents come first */
	struct bytes data;
	enum cfb_type type;
};

/* A header of version 3 with nothing in it: sectors of 512 bytes, mini ones of 64. */
static inline void
cfb_rig_head(uint8_t p[512])
{
	memset(p, 0, 512);
	memcpy(p, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	put_le16(p + 26, 3);
	put_le16(p + 28, 0xfffe);
	put_le16(p + 30, 9);
	put_le16(p + 32, 6);
	put_le32(p + 56, 4096);
	put_le32(p + 68, 0xfffffffe);
	memset(p + 80, 0xff, 432);
}

/* Sectors at the end of b, as many as the bytes need; returns the first. */
static inline uint32_t
cfb_rig_put(struct buf *b, uint32_t *fat, struct bytes data)
{
	uint32_t first = (uint32_t)(b->n / 512 - 1), n = (uint32_t)((data.n + 511) / 512);

	buf_put(b, data.p, data.n);
	while (b->n % 512 != 0)
		buf_u8(b, 0);
	for (uint32_t i = 0; i < n; i++)
		fat[first + i] = i + 1 < n ? first + i + 1 : 0xfffffffe;
	return n > 0 ? first : 0xfffffffe;
}

static inline void
cfb_rig_entry(uint8_t e[128], const char *name, enum cfb_type type)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		e[2 * i] = (uint8_t)name[i];
	put_le16(e + 64, (uint16_t)(2 * n + 2));
	e[66] = (uint8_t)type;
	memset(e + 68, 0xff, 12);
}

/* The child, or the last sibling, of the parent so far gets one more. */
static inline void
cfb_rig_link(uint8_t *entries, const struct cfb_part *parts, unsigned i)
{
	unsigned before = 0;

	for (unsigned j = 1; j < i; j++)
		if (parts[j - 1].parent == parts[i - 1].parent)
			before = j;
	put_le32(entries + 128 * (size_t)(before ? before : parts[i - 1].parent) +
		     (before ? 72 : 76),
	    i);
}

/* At most 15 parts and 8,000 bytes in all; the caller frees b with buf_done. */
static inline struct bytes
cfb_rig(struct buf *b, const struct cfb_part *parts, unsigned n)
{
	uint8_t head[512], entries[16 * 128] = { 0 }, table[512], fat8[512];
	uint32_t fat[128], at = 0, minifat;
	struct buf mini = { 0 };

	memset(fat, 0xff, sizeof(fat));
	memset(table, 0xff, sizeof(table));
	cfb_rig_head(head);
	buf_put(b, head, sizeof(head));
	buf_put(b, table, sizeof(table)); /* the FAT's place: sector 0 */
	fat[0] = 0xfffffffd;
	cfb_rig_entry(entries, "Root Entry", CFB_ROOT);
	for (unsigned i = 1; i <= n; i++) {
		const struct cfb_part *p = &parts[i - 1];
		uint32_t size = (uint32_t)((p->data.n + 63) / 64);

		cfb_rig_entry(entries + 128 * (size_t)i, p->name, p->type);
		cfb_rig_link(entries, parts, i);
		put_le32(entries + 128 * (size_t)i + 116, size ? at : 0xfffffffe);
		put_le32(entries + 128 * (size_t)i + 120, (uint32_t)p->data.n);
		buf_put(&mini, p->data.p, p->data.n);
		while (mini.n % 64 != 0)
			buf_u8(&mini, 0);
		for (uint32_t k = 0; k < size; k++, at++)
			put_le32(
			    table + 4 * (size_t)at, k + 1 < size ? at + 1 : 0xfffffffe);
	}
	at = cfb_rig_put(b, fat, buf_bytes(&mini));
	put_le32(entries + 116, at);
	put_le32(entries + 120, (uint32_t)mini.n);
	minifat = cfb_rig_put(b, fat, (struct bytes){ table, sizeof(table) });
	at =
	    cfb_rig_put(b, fat, (struct bytes){ entries, 128 * (((size_t)n + 4) & ~3u) });
	put_le32(b->p + 48, at);
	put_le32(b->p + 60, minifat);
	put_le32(b->p + 64, 1);
	for (size_t i = 0; i < 128; i++)
		put_le32(fat8 + 4 * i, fat[i]);
	memcpy(b->p + 512, fat8, sizeof(fat8));
	put_le32(b->p + 44, 1);
	put_le32(b->p + 76, 0);
	buf_done(&mini);
	return buf_bytes(b);
}
