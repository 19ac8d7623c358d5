#include "format/ovba.h"

#define SIGNATURE   1    /* of a container: 2.4.1.1.1 */
#define CHUNK       4096 /* bytes that a chunk becomes, at most */
#define MARK        3    /* in each chunk's header: 2.4.1.1.5 */
#define PACKED      0x8000
#define LEAST_COPY  3
#define OFFSET_BITS 4 /* at least */
#define STEP        64

static bool
spend(struct ovba *o, uint64_t n)
{
	o->steps = num_add(o->steps, n);
	return o->steps <= o->budget;
}

/*
 * 2.4.1.3.19: the more there is to copy from, the more bits tell where. done is below
 * CHUNK, so between 4 and 12 bits: the token's other bits are 12 to 4.
 */
static unsigned
offset_bits(size_t done)
{
	unsigned bits = OFFSET_BITS;

	while ((size_t)1 << bits < done)
		bits++;
	return bits;
}

/*
 * 2.4.1.3.5; false: from before the chunk. back is at most n, so out[n - back] is inside
 * of what was written; and the loop ends at CHUNK, whatever length says. It copies byte
 * by byte, as source and target may overlap: that is how a run is packed.
 */
static bool
copy(uint8_t out[CHUNK], size_t *n, uint16_t token)
{
	unsigned bits = offset_bits(*n);
	size_t back = (size_t)(token >> (16 - bits)) + 1;
	size_t length = (size_t)(token & 0xffff >> bits) + LEAST_COPY;

	if (back > *n)
		return false;
	for (; length > 0 && *n < CHUNK; length--, (*n)++)
		out[*n] = out[*n - back];
	return true;
}

/* 2.4.1.3.2: a byte of flags, then as many tokens; false: one is cut, or wrong. */
static bool
unpack_chunk(struct bytes in, uint8_t out[CHUNK], size_t *n)
{
	struct cur c = cur_at(in, 0);

	while (cur_left(&c) > 0 && *n < CHUNK) {
		uint8_t flags = cur_u8(&c);

		for (unsigned i = 0; i < 8 && cur_left(&c) > 0 && *n < CHUNK; i++) {
			if (!(flags >> i & 1))
				out[(*n)++] = cur_u8(&c);
			else if (cur_left(&c) < 2 || !copy(out, n, cur_le16(&c)))
				return false;
		}
	}
	return true;
}

/*
 * Room for one chunk more. A chunk becomes CHUNK bytes at most (unpack_chunk), or is
 * copied from at most 4,096 bytes of input: the head has 12 bits of size.
 */
static bool
grow(struct ovba *o)
{
	uint8_t *p = arena_grow(o->arena, o->p, &o->room, o->n + CHUNK, 1);

	if (p != NULL)
		o->p = p;
	return p != NULL;
}

/*
 * 2.4.1.3.1. A mark that is none ends the container: streams are padded. A last chunk
 * that is cut gives what it has.
 */
enum err
ovba_unpack(struct ovba *o, struct bytes packed)
{
	struct cur c = cur_at(packed, 0);

	o->n = 0;
	o->whole = cur_u8(&c) == SIGNATURE;
	while (o->whole && cur_left(&c) >= 2) {
		uint16_t head = cur_le16(&c);
		size_t size = (head & 0xfffu) + 1, n = 0;
		struct bytes in;

		if ((head >> 12 & 7) != MARK)
			break;
		if (!grow(o))
			return ERR_LIMIT;
		in = cur_take(&c, size < cur_left(&c) ? size : cur_left(&c));
		if (head & PACKED)
			o->whole = unpack_chunk(in, o->p + o->n, &n);
		else if (in.n > 0)
			memcpy(o->p + o->n, in.p, n = in.n);
		o->n += n;
		if (!spend(o, 1 + n / STEP))
			return ERR_LIMIT;
	}
	return OK;
}
