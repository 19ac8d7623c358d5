/*
 * fact.c - walking fact tables. A table has no length, only FACT_END, and tables are
 * constants of this program: no number from a file indexes one without a walk that ends
 * there.
 */
#include "base/fact.h"

void
fact_clear(const struct fact *table, void *of)
{
	for (const struct fact *f = table; f->type != FACT_END; f++) {
		uint8_t *at = (uint8_t *)of + f->at;

		if (f->flags & FACT_CONST)
			continue;
		switch (f->type) {
		case FACT_INT:
		case FACT_FLOAT:
			memcpy(at, &(int64_t){ FACT_UNDEF }, sizeof(int64_t));
			break;
		case FACT_STR: memset(at, 0, sizeof(struct bytes)); break;
		case FACT_ARRAY:
		case FACT_DICT: memset(at, 0, sizeof(struct fact_array)); break;
		case FACT_STRUCT: fact_clear(f->sub, at); break;
		case FACT_RE:
		case FACT_FN:
		case FACT_END: break;
		}
	}
}

const struct fact *
fact_find(const struct fact *table, struct bytes name)
{
	for (const struct fact *f = table; f->type != FACT_END; f++)
		if (bytes_eq(bytes_of(f->name), name))
			return f;
	return NULL;
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * 0x9fb21c651e98df25ULL ^ (h >> 29);
}

uint64_t
fact_digest(const struct fact *table, uint64_t seed)
{
	uint64_t h = mix(seed, 0x66616374);

	for (const struct fact *f = table; f->type != FACT_END; f++) {
		for (const char *s = f->name; *s; s++)
			h = mix(h, (uint8_t)*s);
		for (const char *s = f->sig ? f->sig : ""; *s; s++)
			h = mix(h, (uint8_t)*s);
		h = mix(h, (uint64_t)f->type << 48 | (uint64_t)f->flags << 40 | f->at);
		h = mix(h, f->stride);
		h = mix(h, (uint64_t)f->value);
		if (f->sub != NULL && f->type != FACT_FN)
			h = fact_digest(f->sub, h);
	}
	return h;
}
