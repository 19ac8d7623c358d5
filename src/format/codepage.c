#include "format/codepage.h"

#include "format/utf.h"

#define UTF_8 65001
#define ASCII 20127

static const struct {
	uint16_t number, high[128];
} pages[] = {
#define PAGE(number, ...) { number, { __VA_ARGS__ } },
#include "format/codepage.def"
#undef PAGE
};

#define PAGES (sizeof(pages) / sizeof(pages[0]))

static const uint16_t *
find(unsigned page)
{
	for (size_t i = 0; i < PAGES; i++)
		if (pages[i].number == page)
			return pages[i].high;
	return NULL;
}

bool
codepage_known(unsigned page)
{
	return page == UTF_8 || page == ASCII || find(page) != NULL;
}

struct bytes
codepage_text(struct arena *a, unsigned page, struct bytes s)
{
	const uint16_t *high = find(page);
	size_t wide = 0, n = 0;
	uint8_t *out;

	for (size_t i = 0; i < s.n; i++)
		wide += s.p[i] >> 7;
	if (wide == 0 || high == NULL)
		return s.p ? utf_mend(a, s) : BYTES_LIT("");
	out = arena_alloc(a, s.n + 2 * wide);
	if (out == NULL)
		return (struct bytes){ 0 };
	for (size_t i = 0; i < s.n; i++)
		n += utf_put(out + n, s.p[i] < 0x80 ? s.p[i] : high[s.p[i] - 0x80]);
	return (struct bytes){ out, n };
}
